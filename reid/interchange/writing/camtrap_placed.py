"""Which photos have all that media.csv of Camtrap DP requires, and in which deployment they are."""

from reid.interchange.survey import CameraDeployment, CaptureSurvey, LeftOut, PhotoRecord
from reid.interchange.writing.placing import placed
from reid.interchange.writing.sheets import UNKNOWN, with_offset


class PlacedMedia:
    """Photos with a place and a time, by the deployments that the standard takes.

    deployments: by name, those with position, start and end. shown: annotations of the photos that
    have a row. numbers: mediaIDs that have one; whoever writes the table fills it. left_out: what
    has no row, with why.
    """

    def __init__(self, survey: CaptureSurvey) -> None:
        self.left_out: list[LeftOut] = []
        self.numbers: set[str] = set()
        self._withheld = survey.telling.withheld
        where = placed(survey)
        self._of = where.of
        self.deployments = {one.name: one for one in where.deployments if self._fits(one)}
        self.shown = {one.annotation for one in survey.photos if self._has_row(one)}

    def deployment_of(self, photo: PhotoRecord) -> str:
        """The deployment of a photo that has a row."""
        return self._of[photo.annotation]

    def zone(self, photo: PhotoRecord) -> str:
        """The zone of a photo that has a row, its own or that of its deployment."""
        deployment = self.deployments[self._of[photo.annotation]]
        return deployment.zone if photo.zone == UNKNOWN else photo.zone

    def moment(self, photo: PhotoRecord) -> str:
        """When a photo that has a row was taken, with its zone."""
        assert photo.captured_at  # noqa: S101  see _has_row
        return with_offset(photo.captured_at, self.zone(photo))

    def _fits(self, deployment: CameraDeployment) -> bool:
        """Whether it has all that the standard requires."""
        place = "position (withheld)" if self._withheld else "position"
        lacking = [
            words
            for words, value in (
                (place, deployment.latitude),
                ("start", deployment.starts_at),
                ("end", deployment.ends_at),
            )
            if value is None
        ]
        if lacking:
            why = f"deployment {deployment.name} has no {' and no '.join(lacking)}"
            self.left_out.append(LeftOut("camtrap-dp/deployments.csv", deployment.name, why))
        return not lacking

    def _has_row(self, photo: PhotoRecord) -> bool:
        deployment = self._of.get(photo.annotation, "")
        why = ""
        if not deployment:
            why = "its station is not known"
        elif deployment not in self.deployments:
            why = f"its deployment {deployment} is left out"
        elif photo.captured_at is None:
            why = "its time is not known"
        if why:
            key = f"annotation {photo.annotation} of {photo.file_name}"
            self.left_out.append(LeftOut("camtrap-dp/media.csv", key, why))
        return not why
