"""The species of the catalogue: its scientific name, and what people call it."""

from dataclasses import dataclass

from service.web.languages import NP_, pgettext

COMMON = {
    "Panthera pardus": NP_("species", "leopard"),
    "Panthera pardus tulliana": NP_("species", "Persian leopard"),
    "Panthera pardus saxicolor": NP_("species", "Persian leopard"),  # the older name
    "Panthera pardus orientalis": NP_("species", "Amur leopard"),
    "Panthera pardus pardus": NP_("species", "African leopard"),
    "Panthera pardus fusca": NP_("species", "Indian leopard"),
    "Panthera uncia": NP_("species", "snow leopard"),
    "Panthera onca": NP_("species", "jaguar"),
    "Panthera tigris": NP_("species", "tiger"),
    "Neofelis nebulosa": NP_("species", "clouded leopard"),
    "Acinonyx jubatus": NP_("species", "cheetah"),
    "Lynx lynx": NP_("species", "Eurasian lynx"),
    "Lynx pardinus": NP_("species", "Iberian lynx"),
    "Leopardus pardalis": NP_("species", "ocelot"),
    "Leptailurus serval": NP_("species", "serval"),
    "Crocuta crocuta": NP_("species", "spotted hyena"),
    "Tragelaphus angasii": NP_("species", "nyala"),
}
"""Vernacular names in English by scientific name; the catalogues of messages have the others."""


@dataclass(frozen=True, slots=True)
class Species:
    """A species as the pages name it. common: empty where no vernacular name is known."""

    scientific: str

    @property
    def common(self) -> str:
        """In the language of the request."""
        name = COMMON.get(self.scientific)
        return pgettext("species", name) if name else ""

    @property
    def words(self) -> str:
        """Both names: "leopard (Panthera pardus)"; the scientific one alone without another."""
        return f"{self.common} ({self.scientific})" if self.common else self.scientific
