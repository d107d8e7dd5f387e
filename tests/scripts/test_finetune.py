"""scripts/finetune.py: from any form of catalogue to a model, or to a refusal."""

import pytest
from painted_package import as_coco, as_wildlife_datasets, write_package, write_weights

from reid.describe.embed import Embedder


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A folder with index.csv."""
    return write_package(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A folder with a model that finds nobody: whatever learns anything is better by far."""
    return write_weights(tmp_path_factory.mktemp("weights"), alike=True)


@pytest.fixture
def command(called, weights, tmp_path):
    """command(catalogue, ...) -> what it printed and answered; it writes to tmp_path / "out"."""

    def run(catalogue, *arguments):
        given = ["--release", "spots@1", "--weights", str(weights), "--out", str(tmp_path / "out")]
        return called("finetune", catalogue, *given, "--threads", "1", *arguments)

    return run


def test_a_model_that_is_not_better_is_refused_and_nothing_is_written(command, package, tmp_path):
    done = command(package, "--steps", "0")
    assert done.returncode == 3
    assert "not better than rosette@9: nothing is written" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["coco", "wildlife-datasets"])
def test_tables_of_other_programs_are_split_as_our_own(command, package, tmp_path, form):
    write = as_coco if form == "coco" else as_wildlife_datasets
    done = command(write(package, tmp_path), "--steps", "0")
    said = done.stdout
    assert done.returncode == 3
    assert "learning: 48 annotations of 8 individuals" in said
    assert "test: 12 annotations of 2 individuals" in said
    assert "name no encounter" not in said


@pytest.mark.slow
def test_one_command_makes_a_model_and_a_second_does_not_overwrite_it(command, package, tmp_path):
    how = ("--steps", "6", "--rate", "0.004", "--trunk-from", "0", "--pairs", "4")
    done = command(package, *how)
    said = done.stdout
    assert done.returncode == 0
    assert "| all | 2 |" in said
    assert "| left | 2 |" in said
    out = tmp_path / "out"
    written = {p.name for p in out.iterdir()}  # descriptors changed: no calibrator is inherited
    assert written == {f"spots@1.{form}" for form in ("md", "toml", "safetensors")}
    assert "the service needs a calibrator" in said
    assert "not for release" in (out / "spots@1.md").read_text()
    assert Embedder.load(out, "spots@1").model == "spots@1"
    assert command(package, *how).returncode == 2


@pytest.mark.slow
def test_a_model_of_whole_crops_says_so_and_inherits_no_calibrator(command, package, tmp_path):
    how = ("--steps", "6", "--rate", "0.004", "--trunk-from", "1", "--pairs", "4")
    done = command(package, *how, "--sees", "crop")
    assert done.returncode == 0
    assert "the service needs a calibrator" in done.stdout
    assert "sees whole crops" in (tmp_path / "out" / "spots@1.md").read_text()
    assert Embedder.load(tmp_path / "out", "spots@1").card.sees == "crop"


def test_missing_photos_are_told_one_by_one_and_stop_nobody(command, package, tmp_path):
    text = (package / "index.csv").read_text() + "gone.jpg,A00,left,0-9\n"
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "index.csv").write_text(
        text.replace("\n", f"\n{package}/").rsplit(f"{package}/", 1)[0]
    )
    done = command(tmp_path / "p", "--steps", "0")
    assert done.returncode == 3
    assert "gone.jpg: No such file or directory" in done.stderr


@pytest.mark.parametrize("content", [None, "{}", "name\nx\n"])
def test_what_is_no_catalogue_is_one_line_and_exit_code_2(command, tmp_path, content):
    file = tmp_path / ("c.json" if content == "{}" else "c.csv")
    if content:
        file.write_text(content)
    done = command(file)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
