import html
import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

import zoo
from zoo.plots import Animation
from zoo.runs.run import Run
from zoo.runs.session import session


def bar(labels=("one", "two", "three"), *, anew=False, **options):
    """A bar that grows by a third of the figure for each frame."""
    figure = Figure(figsize=(3, 1))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 3), ylim=(0, 1))
    axes.set_axis_off()
    (patch,) = axes.bar(0, 1, width=0, align="edge", color="black")

    def draw(frame):
        patch.set_width(frame + 1)
        return None if anew else [patch]

    return Animation(figure, draw, labels, **options)


def widths(frames) -> list[int]:
    return [int((np.asarray(frame.convert("L"))[50] < 128).sum()) for frame in frames]


@pytest.mark.parametrize("anew", [False, True])
def test_each_frame_is_what_was_drawn_for_it(anew):
    assert widths(bar(anew=anew).frames) == pytest.approx([100, 200, 300], abs=2)


def test_a_gif_has_every_frame_its_speed_and_no_end(tmp_path):
    bar(frames_per_second=5).save(tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.n_frames == 3
        assert gif.info["loop"] == 0
        shown, durations = [], []
        for frame in range(3):
            gif.seek(frame)
            shown.append(gif.convert("RGB"))
            durations.append(gif.info["duration"])
    assert widths(shown) == pytest.approx([100, 200, 300], abs=2)
    assert durations == [200, 200, 2400]


def test_the_page_holds_everything_and_asks_the_network_for_nothing(tmp_path):
    bar(("a", "</script>", "c"), title="Bars & <more>").save(tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text()
    assert not re.search(r"https?:|//[a-z]|@import|url\(|<link|src=\"[^\"]", page)
    assert page.count("</script>") == 1
    assert "<title>Bars &amp; &lt;more&gt;</title>" in page
    assert len(re.findall(r"iVBORw0KGgo", page)) == 3
    assert not re.search(r"@\w+@", page)


def test_it_shows_itself_in_a_notebook_as_the_page_that_it_saves(tmp_path):
    moving = bar()
    moving.save(tmp_path / "a.html")
    shown = moving._repr_html_()
    assert html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1]) == (tmp_path / "a.html").read_text()
    assert repr(moving) == "Animation(3 frames, 'one' to 'three')"


def test_the_same_animation_is_the_same_file(tmp_path):
    for suffix in (".gif", ".html"):
        for name in "ab":
            bar().save(tmp_path / (name + suffix))
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_other_files_and_empty_animations_are_refused(tmp_path):
    with pytest.raises(zoo.InputError, match=r"saved as .gif or .html; got .*a.mp4"):
        bar().save(tmp_path / "a.mp4")
    with pytest.raises(zoo.InputError, match="needs a frame"):
        bar(())
    with pytest.raises(zoo.InputError, match="frames_per_second must be"):
        bar(frames_per_second=0)


def test_a_run_keeps_it(tmp_path):
    with session("small", {}, tmp_path):
        run = Run("small", epochs=1)
    moving = bar()
    assert run.keep("bars", moving) is moving
    run.keep("bars.html", moving)
    assert {path.name for path in run.folder.iterdir()} == {"bars.gif", "bars.html"}
    with Image.open(run.folder / "bars.gif") as gif:
        assert gif.n_frames == 3
