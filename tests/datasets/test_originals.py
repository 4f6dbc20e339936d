import functools
import http.server
import threading

import numpy as np
import pytest

import zoo
from zoo.datasets import originals

ROWS = "x,y,class\n1.5,2,0\n-3,4,1\n" + "".join(f"{n},{n / 4},{n % 2}\n" for n in range(40))


@pytest.fixture
def page(tmp_path, cold_cache):
    """A page on this machine, and an empty cache."""
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "feature_extraction1.csv").write_text(ROWS)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    server.server_close()


def test_a_pulled_file_takes_the_place_of_the_generated_rows(page):
    address, _ = page
    (told,) = originals.pull(["feature_extraction1"], page=address)
    assert told.startswith("feature_extraction1: 42 rows, SHA-256 ")
    data = zoo.load_dataset("feature_extraction1", original=True)
    assert sum(map(len, data.splits.values())) == 42
    rows = np.concatenate([split.x for split in data.splits.values()])
    assert [-3.0, 4.0] in rows.tolist()
    list(originals.pull(["feature_extraction1"], page=address))  # the same again is fine


def test_another_file_than_before_is_refused_and_the_old_one_stays(page):
    address, folder = page
    list(originals.pull(["feature_extraction1"], page=address))
    (folder / "feature_extraction1.csv").write_text(ROWS + "9,9,1\n")
    with pytest.raises(zoo.InputError, match="another file than the one pulled before"):
        list(originals.pull(["feature_extraction1"], page=address))
    assert len(originals.original("feature_extraction1").y) == 42


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<html>moved</html>", "no table of numbers with the columns x, y, class"),
        ("x,y,class\n1,2,7\n", "no class 0 or 1"),
        ("x,y,class\n1,,0\n", "not finite"),
        ("x,y\n1,2\n", "no table of numbers"),
    ],
)
def test_what_is_no_such_table_is_not_kept(page, content, words):
    address, folder = page
    (folder / "feature_extraction1.csv").write_text(content)
    with pytest.raises(zoo.InputError, match=words):
        list(originals.pull(["feature_extraction1"], page=address))
    with pytest.raises(zoo.MissingFileError, match="zoo data pull feature_extraction1"):
        zoo.load_dataset("feature_extraction1", original=True)


def test_a_page_that_does_not_answer_is_named(page):
    address, _ = page
    with pytest.raises(zoo.MissingFileError, match=r"linear_regression1.csv cannot be had.\nHTTPError: 404"):
        list(originals.pull(["linear_regression1"], page=address))
    with pytest.raises(zoo.UnknownNameError, match="Did you mean 'feature_extraction3'"):
        list(originals.pull(["feature_extraction"], page=address))


def test_a_file_that_breaks_off_is_a_sentence_and_leaves_nothing(page, monkeypatch):
    address, _ = page

    def broken(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"x,y,class\n")

    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "do_GET", broken)
    with pytest.raises(zoo.MissingFileError, match="cannot be had"):
        list(originals.pull(["feature_extraction1"], page=address))
    with pytest.raises(zoo.MissingFileError):
        originals.original("feature_extraction1")
