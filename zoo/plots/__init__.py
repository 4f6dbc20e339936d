"""What does the result look like? Functions that return a matplotlib figure and never show it."""

from zoo.plots._style import drawing
from zoo.plots.animate import Animation
from zoo.plots.bells import bells
from zoo.plots.boundary import boundary, boundary_animation, scatter
from zoo.plots.calibration import calibration
from zoo.plots.cart_pole import cart_pole_animation
from zoo.plots.compare import compare
from zoo.plots.confusion import confusion
from zoo.plots.contours import path_animation, path_on_contours
from zoo.plots.curves import curves
from zoo.plots.descents import descents
from zoo.plots.diagram import diagram, save_diagram
from zoo.plots.filters import filters, filters_animation
from zoo.plots.gradient_norms import gradient_norms
from zoo.plots.image_rows import image_rows
from zoo.plots.images import mistakes, samples
from zoo.plots.learning_rates import learning_rates
from zoo.plots.limits import limits, secant_animation, secants, tangents
from zoo.plots.line_fit import line_fit, line_fit_animation
from zoo.plots.plane_map import plane_map
from zoo.plots.predictions import predictions
from zoo.plots.samples_animation import samples_animation
from zoo.plots.scalar_graph import save_scalar_graph, scalar_graph
from zoo.plots.surface import path_on_surface, path_on_surface_animation
from zoo.plots.validation_report import validation_report
from zoo.plots.weights import weight_histograms

__all__ = [
    "Animation",
    "bells",
    "boundary",
    "boundary_animation",
    "calibration",
    "cart_pole_animation",
    "compare",
    "confusion",
    "curves",
    "descents",
    "diagram",
    "drawing",
    "filters",
    "filters_animation",
    "gradient_norms",
    "image_rows",
    "learning_rates",
    "limits",
    "line_fit",
    "line_fit_animation",
    "mistakes",
    "path_animation",
    "path_on_contours",
    "path_on_surface",
    "path_on_surface_animation",
    "plane_map",
    "predictions",
    "samples",
    "samples_animation",
    "save_diagram",
    "save_scalar_graph",
    "scalar_graph",
    "scatter",
    "secant_animation",
    "secants",
    "tangents",
    "validation_report",
    "weight_histograms",
]
