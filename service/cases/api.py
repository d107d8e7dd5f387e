"""Cases: named sets of encounters, and all that can be said about one."""

from fastapi import APIRouter

from service.cases.report import TheCasework
from service.cases.to_wire import report_out
from service.cases.wire import (
    CaseDetailOut,
    CaseEdit,
    CaseEncountersIn,
    CaseIn,
    CaseOut,
    CaseReportOut,
)
from service.store import cases
from service.store.cases import Case, CaseUpdate
from service.store.people import Role
from service.web.errors import RoleNeeded, documented
from service.web.parameters import RowNumber, TheActor, TheDatabase
from service.web.places import ToldPlaces
from service.web.wire import Line

router = APIRouter(tags=["cases"], responses=documented(400, 403, 404, 409, 422))


@router.get("/cases", response_model=list[CaseOut])
def list_cases(database: TheDatabase) -> list[Case]:
    """All cases, open ones first, then the newest first."""
    with database.read() as connection:
        return cases.every(connection)


@router.post("/cases", response_model=CaseOut, status_code=201)
def add_case(case: CaseIn, database: TheDatabase) -> Case:
    """Open a case; its encounters are put in afterwards."""
    with database.write() as connection:
        return cases.add(connection, **case.model_dump())


@router.get("/cases/{case_id}")
def get_case(case_id: RowNumber, database: TheDatabase) -> CaseDetailOut:
    """A case and everything that was ever put in or taken out."""
    with database.read() as connection:
        values = {
            "case": cases.get(connection, case_id),
            "changes": cases.history(connection, case_id),
        }
    return CaseDetailOut.model_validate(values)


@router.patch("/cases/{case_id}", response_model=CaseOut)
def edit_case(
    case_id: RowNumber, changes: CaseEdit, database: TheDatabase, actor: TheActor
) -> Case:
    """Change name, note or prior, or close the case (curators); a case is never deleted."""
    if changes.closed is not None and not actor.role.may(Role.CURATOR):
        raise RoleNeeded(needed=Role.CURATOR, role=actor.role)
    with database.write() as connection:
        return cases.edit(connection, case_id, CaseUpdate(**changes.model_dump()))


@router.post("/cases/{case_id}/encounters", response_model=CaseOut, status_code=201)
def put_encounters(
    case_id: RowNumber, new: CaseEncountersIn, database: TheDatabase, actor: TheActor
) -> Case:
    """Put encounters into a case; those that are in it already stay."""
    with database.write() as connection:
        return cases.put(connection, case_id, new.encounters, actor.signs(new.reviewer))


@router.delete("/cases/{case_id}/encounters/{encounter_id}", response_model=CaseOut)
def take_encounter(
    case_id: RowNumber,
    encounter_id: RowNumber,
    database: TheDatabase,
    actor: TheActor,
    reviewer: Line = "anonymous",
) -> Case:
    """Take an encounter out of a case; that it was in stays on record."""
    with database.write() as connection:
        return cases.take(connection, case_id, encounter_id, actor.signs(reviewer))


@router.get("/cases/{case_id}/report", responses=documented(503))
def get_report(case_id: RowNumber, casework: TheCasework, telling: ToldPlaces) -> CaseReportOut:
    """All pairs, all partitions, conflicts, and the space-time line of each pair."""
    return report_out(casework.report(case_id, telling))
