"""A journal is Optuna's own format, whoever writes it and in however many pieces."""

import json

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from sinesweep.errors import SweepError
from sinesweep.journal import Journal, JournalledStudies, together


@pytest.fixture
def file(tmp_path):
    return tmp_path / "study.journal"


def theirs(file):
    """Optuna's own storage over a journal, as optuna-dashboard opens it."""
    return JournalStorage(JournalFileBackend(str(file)))


def entry(number):
    return {"op_code": 2, "worker_id": "w", "number": number}


def numbers(journal, start=0):
    return [log["number"] for log in journal.read_logs(start)]


def test_what_is_added_is_read_from_any_place_on(file):
    journal = Journal(file)
    for number in range(5):
        journal.append_logs([entry(number)])
    assert [numbers(journal, start) for start in range(6)] == [[*range(start, 5)] for start in range(6)]
    assert numbers(Journal(file), 3) == [3, 4]


def test_what_is_added_together_is_there_at_once_for_its_writer_and_as_a_whole_for_others(file):
    journal, other = Journal(file), Journal(file)
    journal.append_logs([entry(0)])
    assert numbers(other) == [0]
    with journal.together():
        journal.append_logs([entry(1)])
        journal.append_logs([entry(2), entry(3)])
        assert numbers(journal, 1) == [1, 2, 3]
        assert numbers(journal, 3) == [3]
        assert numbers(other, 1) == []
    assert numbers(journal, 1) == numbers(other, 1) == [1, 2, 3]


def test_what_was_added_before_something_went_wrong_is_kept(file):
    journal = Journal(file)

    def interrupted():
        with journal.together():
            journal.append_logs([entry(0)])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    journal.append_logs([entry(1)])
    assert numbers(journal) == numbers(Journal(file)) == [0, 1]


def test_who_adds_elsewhere_waits_and_comes_after(file, monkeypatch):
    journal, other = Journal(file), Journal(file)
    with journal.together():
        journal.append_logs([entry(0)])
        monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail("it waits"))
        with pytest.raises(pytest.fail.Exception, match="it waits"):
            other.append_logs([entry(1)])
    other.append_logs([entry(1)])
    assert numbers(journal) == [0, 1]


def test_half_a_line_is_not_read_until_it_is_whole(file):
    journal = Journal(file)
    journal.append_logs([entry(0)])
    with file.open("a") as half:
        half.write('{"op_code": 2, "number"')
    assert numbers(journal) == numbers(Journal(file)) == [0]
    with file.open("a") as rest:
        rest.write(": 1}\n")
    assert numbers(journal) == [0, 1]


@pytest.mark.parametrize("line", ["nonsense", "5", "{}", '{"op_code": 2'])
def test_a_line_that_is_no_entry_is_told_with_its_number_and_a_way_out(file, line):
    file.write_text(json.dumps(entry(0)) + f"\n{line}\n" + json.dumps(entry(1)) + "\n")
    with pytest.raises(SweepError) as told:
        numbers(Journal(file))
    assert str(told.value).startswith(f"{file}, line 2: expected an entry of the study's journal (")
    assert f"head -n 1 {file} > kept && mv kept {file}" in str(told.value)


@pytest.mark.parametrize("line", ['{"op_code":99,"worker_id":"w"}', '{"op_code":0}', '{"op_code":"0","worker_id":5}'])
def test_an_entry_that_optuna_does_not_know_is_told_like_any_other_damage(file, line):
    optuna.create_study(storage=JournalledStudies(file), study_name="ours")
    with file.open("a") as journal:
        journal.write(f"{line}\n")
    with pytest.raises(SweepError) as told:
        JournalledStudies(file)
    assert str(told.value).startswith(f"{file}, line 2: expected an entry of the study's journal (it is b'{line[:12]}")
    assert f"head -n 1 {file} > kept && mv kept {file}" in str(told.value)


def test_a_study_is_the_same_to_optunas_own_storage_while_both_write(file):
    storage = JournalledStudies(file)
    study = optuna.create_study(storage=storage, study_name="ours")
    beside = optuna.load_study(storage=theirs(file), study_name="ours")
    for number in range(6):
        with together(storage):
            asked = study.ask()
            asked.suggest_float("x", 0, 1)
            asked.suggest_categorical("kind", ["a", "b"])
        beside.set_user_attr(f"note {number}", number)
        study.tell(asked, number)
    again = optuna.load_study(storage=theirs(file), study_name="ours")
    for other in (beside, again):
        assert other.get_trials(deepcopy=False) == study.get_trials(deepcopy=False)
        assert other.user_attrs == study.user_attrs == {f"note {number}": number for number in range(6)}


def test_in_any_other_storage_together_changes_nothing():
    storage = optuna.storages.InMemoryStorage()
    with together(storage):
        study = optuna.create_study(storage=storage)
    assert study.trials == []
