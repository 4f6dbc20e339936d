"""Files that name what could run code or read files: none of it happens, and the message says where it stands."""

import inspect
import re

import keras
import pytest

import zoo
from zoo.saving._identity import object_of
from zoo.saving._keras_names import OWN, RUN_CODE, parts
from zoo.saving._references import Reference
from zoo.saving._verdicts import judge

FORMS = [".keras", ".h5"]


def function(module, name, registered=None):
    return {
        "module": module,
        "class_name": "function",
        "config": name,
        "registered_name": registered or "function",
    }


def class_of(module, name, config=None, registered=None):
    return {"module": module, "class_name": name, "config": config or {}, "registered_name": registered}


def in_last(**settings):
    """Put settings into the last layer, where they are told as ``layers[2] 'last'``."""

    def change(config, forger):
        config["config"]["layers"][2]["config"].update(settings)

    return change


def a_layer(layer):
    """Put a layer in the last one's place, by the same name."""

    def change(config, forger):
        made = layer(forger) if callable(layer) else layer
        made.setdefault("config", {})["name"] = "last"
        config["config"]["layers"][2] = made

    return change


def in_compile(**settings):
    def change(config, forger):
        config["compile_config"].update(settings)

    return change


def a_lambda(forger=None, **config):
    return class_of("keras.layers", "Lambda", {"function": forger.code() if forger else None, **config})


def nested(forger):
    inner = {"name": "inner", "layers": [a_lambda(forger, name="deep")]}
    return class_of("keras", "Sequential", inner)


def wrapped(forger):
    inner = {"layer": a_lambda(forger, name="held")}
    return class_of("keras.layers", "TimeDistributed", inner)


LAST = r"layers\[2\] 'last'"
SYSTEM = function("os", "system")
ATTACKS = {
    # CVE-2024-3660, and CVE-2025-9905 in an .h5
    "code in a Lambda": (a_layer(a_lambda), rf"{LAST} -> function"),
    "code in a nested model": (a_layer(nested), rf"{LAST} -> layers\[0\] 'deep' -> function"),
    "code in a wrapper": (a_layer(wrapped), rf"{LAST} -> layer 'held' -> function"),
    "code as an output's shape": (
        a_layer(lambda f: a_lambda(function=function("builtins", "relu"), output_shape=f.code())),
        rf"{LAST} -> output_shape",
    ),
    "code as Keras 1 and 2 write it": (
        a_layer(
            lambda f: a_lambda(function=[f.code()["config"]["code"], None, None], function_type="lambda")
        ),
        rf"{LAST} -> function",
    ),
    # CVE-2025-1550
    "a function of another module": (in_last(activation=SYSTEM), rf"{LAST} -> activation"),
    "a class of another module": (
        in_last(kernel_initializer=class_of("subprocess", "Popen", {"args": ["touch", "x"]})),
        rf"{LAST} -> kernel_initializer",
    ),
    "a regularizer": (in_last(kernel_regularizer=class_of("os", "system")), rf"{LAST} -> kernel_regularizer"),
    "a constraint": (in_last(bias_constraint=function("builtins", "exec")), rf"{LAST} -> bias_constraint"),
    "a layer of another module": (a_layer(class_of("os", "system", {"command": "x"})), LAST),
    "a module that is not imported": (a_layer(class_of("this", "Zen")), LAST),
    # CVE-2025-8747, CVE-2025-12060
    "a download": (
        a_layer(
            lambda f: a_lambda(function=function("keras.utils", "get_file"), arguments={"origin": "http://x"})
        ),
        rf"{LAST} -> function.*keras.utils.get_file",
    ),
    # CVE-2025-9906
    "a switch for safe mode": (
        a_layer(lambda f: a_lambda(function=function("keras.config", "enable_unsafe_deserialization"))),
        rf"{LAST} -> function.*enable_unsafe_deserialization",
    ),
    "another model": (
        a_layer(lambda f: a_lambda(function=function("keras.models", "load_model"))),
        rf"{LAST} -> function.*keras.models.load_model",
    ),
    "the inside of Keras": (
        in_last(activation=function("keras.src.saving.saving_lib", "load_model")),
        rf"{LAST} -> activation",
    ),
    "a layer's name and another registered one": (
        in_last(kernel_initializer=class_of("keras.initializers", "Zeros", {}, "mine>Other")),
        rf"{LAST} -> kernel_initializer",
    ),
    "a function under a registered name": (
        in_last(activation=function("keras.utils", "get_file", "zoo>Sampling")),
        rf"{LAST} -> activation",
    ),
    # CVE-2025-49655
    "a pickle of PyTorch": (
        a_layer(class_of("keras.layers", "TorchModuleWrapper", {"module": "gAR9lC4="})),
        f"{LAST} it names the class 'keras.layers.TorchModuleWrapper'",
    ),
    "a SavedModel": (a_layer(class_of("keras.layers", "TFSMLayer", {"filepath": "/tmp/x"})), LAST),
    "a function of JAX": (a_layer(class_of("keras.layers", "JaxLayer", {"call_fn": SYSTEM})), LAST),
    # CVE-2025-12058
    "a file as a vocabulary": (
        a_layer(class_of("keras.layers", "StringLookup", {"vocabulary": "/etc/passwd"})),
        rf"{LAST} -> vocabulary .*/etc/passwd",
    ),
    "a page as a vocabulary": (
        a_layer(class_of("keras.layers", "TextVectorization", {"vocabulary": "http://localhost/x"})),
        rf"{LAST} -> vocabulary",
    ),
    "a file of numbers": (
        a_layer(class_of("keras.layers", "IntegerLookup", {"vocabulary": "../../secret"})),
        rf"{LAST} -> vocabulary",
    ),
    "a type of TensorFlow": (
        in_last(
            extra={"class_name": "__typespec__", "spec_name": "TensorSpec", "module": "os", "config": []}
        ),
        rf"{LAST} -> extra",
    ),
    "a string of two gigabytes": (
        in_last(extra={"class_name": "__numpy__", "config": {"value": [1], "dtype": "S2000000000"}}),
        rf"{LAST} -> extra",
    ),
    "a class that is a list": (in_last(extra={"class_name": ["os"], "config": {}}), rf"{LAST} -> extra"),
    "a loss": (in_compile(loss=SYSTEM), "_config -> loss"),
    "code as a loss": (lambda c, f: c["compile_config"].update(loss=f.code()), "_config -> loss"),
    "a metric": (in_compile(metrics=[["accuracy", SYSTEM]]), r"_config -> metrics\[0\]\[1\]"),
    "an optimizer": (in_compile(optimizer=class_of("os", "Adam")), "_config -> optimizer"),
    "a schedule": (
        in_compile(optimizer=class_of("keras.optimizers", "Adam", {"learning_rate": class_of("os", "nice")})),
        "_config -> optimizer -> learning_rate",
    ),
}
OF_KERAS = {
    "a shape to build for": (
        lambda c, f: c["config"]["layers"][2].update(build_config={"input_shape": SYSTEM}),
        rf"{LAST} -> build_config -> input_shape",
    ),
    "an argument of a call": (
        lambda c, f: c["config"]["layers"][2].update(inbound_nodes=[{"args": [], "kwargs": {"x": f.code()}}]),
        rf"{LAST} -> inbound_nodes\[0\] -> kwargs -> x",
    ),
    "the model itself": (
        lambda c, f: c.update(class_name="system", module="os"),
        "its model names the class 'os",
    ),
}


@pytest.mark.parametrize(
    ("form", "attack"),
    [(form, attack) for form in FORMS for attack in ATTACKS] + [(".keras", attack) for attack in OF_KERAS],
)
def test_nothing_runs_and_the_message_names_file_place_and_way_out(form, attack, forger):
    change, place = (ATTACKS | OF_KERAS)[attack]
    config = forger.documents(form)
    change(config, forger)
    path = forger.with_documents(form, config)
    with pytest.raises(zoo.UnsafeModelError, match=place) as caught:
        zoo.load_model(path)
    message = str(caught.value)
    assert message.startswith(f"{path} was not opened: ")
    assert "trusted=True" in message
    if "_config ->" in place and "build" not in place:
        assert "compile=False" in message
    elif "layers" in place:
        assert re.search(r"replace=\{'(last|deep|held)': a layer of yours\}", message)
    report = zoo.inspect_model(path)
    assert not report.safe
    assert re.search(place, "\n".join(report.problems))
    assert not forger.marker.exists()


@pytest.mark.parametrize("form", FORMS)
def test_compile_settings_that_are_refused_can_be_left_out(form, forger):
    config = forger.documents(form)
    config["compile_config"]["loss"] = forger.code()
    assert not zoo.load_model(forger.with_documents(form, config), compile=False).compiled
    assert not forger.marker.exists()


@pytest.mark.parametrize("form", FORMS)
def test_only_trusted_runs_the_code_of_a_file(form, forger):
    config = forger.documents(form)
    code = {"class_name": "Lambda", "config": {"name": "code", "function": forger.code()}}
    if form == ".keras":
        code |= {"module": "keras.layers", "registered_name": None}
    config["config"]["layers"].append(code)
    path = forger.with_documents(form, config)
    with pytest.raises(zoo.UnsafeModelError, match=r"layers\[3\] 'code' -> function"):
        zoo.load_model(path)
    assert not forger.marker.exists()
    assert zoo.load_model(path, trusted=True, compile=False).layers[-1].name == "code"
    assert forger.marker.exists()


def test_a_function_of_keras_in_a_lambda_is_no_code(forger):
    config = forger.documents(".keras")
    twice = class_of(
        "keras.layers", "Lambda", {"name": "twice", "function": function("keras.activations", "relu")}
    )
    config["config"]["layers"].append(twice)
    path = forger.with_documents(".keras", config)
    assert zoo.inspect_model(path).verdict == "safe to open"
    assert isinstance(zoo.load_model(path, compile=False).layers[-1], keras.layers.Lambda)


def test_a_terminal_obeys_nothing_in_a_report(forger):
    config = forger.documents(".keras")
    config["config"]["layers"][2]["config"].update(name="\x1b[2Jgone", units="\x07")
    config["config"]["layers"][2]["config"]["\x1b]0;"] = SYSTEM
    path = forger.with_documents(".keras", config)
    text = repr(zoo.inspect_model(path))
    assert "gone" in text
    assert not [sign for sign in text if not (sign.isprintable() or sign == "\n")]


def test_a_class_of_the_callers_is_known_by_name_scope_or_registration(tmp_path):
    class Mine(keras.layers.Dense):
        pass

    model = keras.Sequential([keras.Input((4,)), Mine(2)])
    path = zoo.save_model(model, tmp_path / "mine.keras", check=False)
    with pytest.raises(zoo.UnsafeModelError, match=r"'[\w.]*Mine'.*custom_objects=\{'Mine': Mine\}"):
        zoo.load_model(path)
    assert zoo.inspect_model(path).verdict != "safe to open"
    assert type(zoo.load_model(path, custom_objects={"Mine": Mine}).layers[-1]) is Mine
    with keras.saving.custom_object_scope({"Mine": Mine}):
        assert type(zoo.load_model(path).layers[-1]) is Mine
    keras.saving.get_custom_objects()["Mine"] = Mine
    try:
        assert type(zoo.load_model(path).layers[-1]) is Mine
    finally:
        del keras.saving.get_custom_objects()["Mine"]


def test_the_names_that_are_known_without_keras_are_what_keras_has():
    known = parts()
    for part in known.values():
        thing = object_of(part)
        assert inspect.isclass(thing) if part.is_class else inspect.isfunction(thing), part
        assert thing.__module__.startswith("keras.src."), part
    rooms = {
        keras.layers: keras.Layer,
        keras.initializers: keras.Initializer,
        keras.regularizers: keras.Regularizer,
        keras.constraints: keras.constraints.Constraint,
        keras.losses: keras.Loss,
        keras.metrics: keras.Metric,
        keras.optimizers: keras.Optimizer,
        keras.optimizers.schedules: keras.optimizers.schedules.LearningRateSchedule,
        keras.dtype_policies: keras.DTypePolicy,
    }
    for room, base in rooms.items():
        for name, thing in vars(room).items():
            if inspect.isclass(thing) and issubclass(thing, base) and name not in RUN_CODE:
                assert object_of(known[f"{room.__name__}.{name}"]) is thing
    for name, thing in vars(keras.activations).items():
        if inspect.isfunction(thing) and name not in ("get", "serialize", "deserialize"):
            assert object_of(known[f"keras.activations.{name}"]) is thing
    for name in RUN_CODE:
        assert f"keras.layers.{name}" not in known


def test_no_name_beside_the_parts_of_models_is_allowed():
    known = {id(object_of(part)) for part in parts().values()}
    for module in (
        keras.utils,
        keras.saving,
        keras.models,
        keras.config,
        keras.ops,
        keras.preprocessing.image,
    ):
        for name, thing in vars(module).items():
            if inspect.isfunction(thing) and id(thing) not in known:
                reference = Reference("", "", "function", name, module.__name__)
                assert judge(reference).standing == "unsafe", (module, name)


def test_every_class_of_operations_is_a_part():
    todo, found = [keras.Operation], []
    while todo:
        for cls in todo.pop().__subclasses__():
            todo.append(cls)
            if cls.__module__.startswith("keras.src.ops."):
                found.append(f"{cls.__module__}.{cls.__name__}")
    assert len(found) > 100
    assert not [name for name in found if name not in parts() and not name.endswith("function.Function")]


def test_the_zoos_own_classes_are_the_registered_ones():
    from zoo.saving._opening import meet_own_classes

    meet_own_classes()
    registered = {name for name in keras.saving.get_custom_objects() if name.startswith("zoo>")}
    assert registered == set(OWN)
