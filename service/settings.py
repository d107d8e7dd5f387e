"""Everything the environment may change, read once at start-up."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from reid.errors import BadSettings
from reid.interchange.obscuring import Telling

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingsCannotWork(BadSettings, joint="; ", message="{faults}"): ...


class Settings(BaseSettings):
    """Environment variables start with REID_; each field is described in docs/settings.md."""

    model_config = SettingsConfigDict(
        env_prefix="REID_", env_file=".env", extra="ignore", frozen=True, protected_namespaces=()
    )

    data_dir: Path = Field(Path("var"), description="folder of the embedded catalogue")
    database_url: str = Field(
        "", description="SQLAlchemy URL; empty means SQLite in the data folder"
    )
    database_wait_s: float = Field(
        30, ge=0, description="service and worker wait so long for a server that is still starting"
    )
    photos_url: str = Field(
        "", description="fsspec URL of the photo files; empty means a folder in the data folder"
    )
    weights_dir: Path | None = Field(
        None, description="folder of the model cards; empty means the one of this installation"
    )
    model: str = Field("", description="model id, e.g. rosette@6; empty means the newest rosette")
    species: str = Field(
        "Panthera pardus",
        pattern=r"^[A-Z][a-z]+( [a-z]+){1,2}$",
        description="scientific name of the species, as the pages and dossiers name it",
    )
    places: Literal["33km", "111km", "withheld"] = Field(
        "33km",
        description="how places are told to viewers and where exact ones are not asked for: "
        "points of squares so wide, or not at all",
    )
    same_llr: float = Field(
        2.0,
        gt=0,
        allow_inf_nan=False,
        description="llr from which the verdict is same, and below minus which different",
    )
    host: str = Field("127.0.0.1", description="address to listen on; loopback unless changed")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 picks a free one")
    public_host: str = Field(
        "", description="name under which a proxy on this machine shows the service; needs accounts"
    )
    accounts: Literal["auto", "required"] = Field(
        "auto", description="auto asks for a login as soon as there is an account; required always"
    )
    log: Literal["text", "json"] = Field(
        "text", description="text for people; json: an object a line, one for each request too"
    )
    session_idle_hours: float = Field(
        12, gt=0, le=8760, description="a login that was not used for so long ends"
    )
    session_days: float = Field(30, gt=0, le=366, description="every login ends after this")
    requests_per_minute: int = Field(
        3000, ge=0, description="of an account, by its sessions and tokens together; 0 is no limit"
    )
    stranger_requests_per_minute: int = Field(
        300, ge=0, description="of an address, of all who are not logged in; 0 is no limit"
    )
    max_pixels: int = Field(
        60_000_000,
        ge=10_000,
        description="held at once; larger JPEGs are decoded at a half or a quarter, others refused",
    )
    read_banners: bool = Field(
        True,
        description="read the printed time of photos whose file states none (extra banner)",
    )
    max_photo_bytes: int = Field(
        50 * 2**20, ge=1024, description="a larger file gets an error row of its own"
    )
    max_upload_bytes: int = Field(
        500 * 2**20, ge=1024, description="a larger request body is refused before it is read"
    )
    arriving_hours: float = Field(
        168, gt=0, le=8760, description="a file that did not arrive whole is kept so long"
    )
    max_arriving_bytes: int = Field(
        2 * 2**30,
        ge=2**20,
        description="of an account's files that have not arrived whole; more wait for them",
    )
    max_arriving_bytes_of_all: int = Field(
        20 * 2**30, ge=2**20, description="the same of all accounts together"
    )
    max_files: int = Field(500, ge=1, le=10_000, description="files in one upload")
    shortlist: int = Field(
        50, ge=1, le=1000, description="gallery annotations compared with a query"
    )
    verify: int = Field(8, ge=1, le=200, description="of these, compared with RootSIFT too")
    voting_limit: int = Field(
        20_000,
        ge=0,
        description="annotations up to which cells vote over all of them, beyond it over 300",
    )
    pairs_each: int = Field(
        12, ge=1, le=500, description="nearest other encounters that an encounter is compared with"
    )
    encounter_gap_minutes: float = Field(
        30, ge=0, description="photos of a station this close in time are one encounter"
    )
    lease_s: float = Field(
        30, gt=0, le=3600, description="a silent worker's job is given away after this"
    )
    max_attempts: int = Field(
        5, ge=1, description="a job that killed the worker this often is failed"
    )
    batch: int = Field(8, ge=1, le=256, description="annotations embedded together")
    poll_s: float = Field(0.5, gt=0, description="an idle worker looks for jobs this often")
    page_wait_s: float = Field(
        0.05,
        ge=0,
        description="seconds a page waits for a comparison; then it is shown without",
    )
    features_cached: int = Field(
        400, ge=1, description="annotations whose features stay in memory, under 0.2 MB each"
    )

    @property
    def encounter_gap(self) -> timedelta:
        """The longest time between a photo and the next one of its encounter."""
        return timedelta(minutes=self.encounter_gap_minutes)

    @property
    def telling(self) -> Telling:
        """How places are told to those who may not see them, or do not ask for exact ones."""
        return Telling(self.places)

    @property
    def database(self) -> str:
        """The URL that is used."""
        return self.database_url or f"sqlite:///{self.data_dir / 'reid.sqlite3'}"

    @property
    def photos(self) -> str:
        """The URL that is used."""
        return self.photos_url or str(self.data_dir / "photos")

    @property
    def exposed(self) -> bool:
        """Others than the person at this computer may reach it: it never answers without login."""
        return self.host not in LOOPBACK or bool(self.public_host)


def read_settings(**options: Any) -> Settings:  # noqa: ANN401
    """Settings of the environment, with the options given; BadSettings says what fails."""
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        faults = [f"{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise SettingsCannotWork(faults=tuple(faults)) from error
