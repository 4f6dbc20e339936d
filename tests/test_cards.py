import re

import pytest
from PIL import Image

import zoo
from zoo.cards import all_cards
from zoo.plans import all_plans
from zoo.pretrained import all_weights, manifest_path

CARDS = all_cards()


def test_there_is_a_card_for_every_weights_and_for_what_is_withheld():
    withheld = {name for name, plan in all_plans().items() if plan.withheld}
    assert set(CARDS) == {f"{name}.md" for name in {*all_weights(), *withheld}}
    assert "cnn.fashion" in withheld


@pytest.mark.parametrize("file", sorted(CARDS))
def test_a_card_on_the_disk_is_the_generated_one_and_its_links_lead_somewhere(file):
    path = manifest_path().parent / file
    text = path.read_text()
    assert text == CARDS[file]
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert (path.parent / link).is_file(), link


@pytest.mark.parametrize("name", sorted(all_weights()))
def test_a_card_says_what_the_manifest_says(name):
    weights, text = all_weights()[name], CARDS[f"{name}.md"]
    for heading in ("For what", "Not for what", "How to load it", "Figures", "How it was made", "Files"):
        assert f"\n## {heading}\n" in text
    facts = (
        f"{weights.parameter_count:,}",
        weights.recipe,
        weights.data_licence,
        f"zoo pretrain {name} --check",
    )
    assert all(fact in text for fact in (*facts, *(file.sha256 for file in weights.files.values())))
    assert {"diagram.png", "curves.png"} <= set(weights.pictures)


@pytest.mark.parametrize("name", ["mlp.digits", "mlp.rings"])
def test_the_code_of_a_card_runs_and_loads_the_rows_that_it_was_judged_by(name):
    (code,) = re.findall(r"```python\n(.*?)```", CARDS[f"{name}.md"], re.DOTALL)
    names = {}
    exec(code, names)
    right = zoo.predict(names["model"], names["data"].test.x)
    guess = right.argmax(axis=1) if right.shape[1] > 1 else right.ravel() > 0.5
    weights = all_weights()[name]
    assert (guess == names["data"].test.y).mean() == pytest.approx(
        weights.metrics["test_accuracy"], abs=0.003
    )
    assert names["data"].checksum == weights.dataset_sha256


def test_pictures_of_cards_are_small_and_can_be_seen():
    pictures = sorted((manifest_path().parent / "pictures").rglob("*.png"))
    assert len(pictures) >= 2 * len(all_weights())
    for path in pictures:
        assert path.stat().st_size < 250_000, path
        with Image.open(path) as image:
            assert 100 < image.width <= 1200
            assert len(image.convert("RGB").getcolors(maxcolors=2**20)) > 3
