"""What the command says of the tests of every fault."""

from scripts.faults import faults, outcomes, table

REPORT = """<testsuites><testsuite>
<testcase classname="tests.service.test_a" name="test_whole[one]"/>
<testcase classname="tests.service.test_a" name="test_whole[two-x]"/>
<testcase classname="tests.service.test_a" name="test_broken"><failure>no</failure></testcase>
<testcase classname="tests.service.test_a" name="test_unset"><error>no</error></testcase>
<testcase classname="tests.service.test_a" name="test_elsewhere"><skipped>no</skipped></testcase>
</testsuite></testsuites>"""
HEAD = "| fault | what | tests |\n|---|---|---|\n"


def node(name):
    return f"tests/service/test_a.py::{name}"


def judged(tmp_path, capsys, *names):
    (tmp_path / "report.xml").write_text(REPORT)
    good = table({"A fault": [node(name) for name in names]}, outcomes(tmp_path / "report.xml"))
    return good, capsys.readouterr().out.splitlines()[1].split()[2:]


def test_a_table_names_the_tests_of_each_fault(tmp_path):
    row = f"| Disk full | 507 | `{node('test_whole')}`<br>`{node('test_broken')}` |\n"
    (tmp_path / "faults.md").write_text(HEAD + row)
    named = [node("test_whole"), node("test_broken")]
    assert faults(tmp_path / "faults.md") == {"Disk full": named}


def test_every_set_of_parameters_counts_and_skipped_tests_beside_others_are_no_error(
    tmp_path, capsys
):
    assert judged(tmp_path, capsys, "test_whole", "test_elsewhere") == (True, ["3", "2", "0", "1"])


def test_a_fault_with_a_failed_test_or_without_one_that_ran_is_an_error(tmp_path, capsys):
    for names in (["test_whole", "test_broken"], ["test_unset"], ["test_elsewhere"], ["test_gone"]):
        good, line = judged(tmp_path, capsys, *names)
        assert (good, line[-1]) == (False, "<-")
