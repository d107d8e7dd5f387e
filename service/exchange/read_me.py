"""README.txt of an export: what lies in the folder and how it is read."""

from reid.interchange.survey import CaptureSurvey

TEXT = """\
What this folder holds. All tables are CSV in UTF-8 with commas; text that begins with = + - or @
has an apostrophe in front, so that no spreadsheet computes it: take it away after reading.

left_out.csv          everything that had no place in some table, and why
camtrap-dp/           Camtrap DP 1.0.2; further tables: individuals, encounters (every one, also
                      without place or time), opinions of observers, llrs of compared pairs
camtrapR/             record_table.csv, camera_table.csv, camera_operation.csv
histories.csv         which animal each capture is, a column a history
animals.csv           the animals of each history; seen_once: maybe a ghost
counts.csv            how many animals each history has, and from how many sides they are known
secr/                 traps.txt, and captures.txt of each history
arrays/               cells above 0 of animal x trap x occasion of each history; usage.csv
latent/               captures and pairwise llrs for models with latent identity
wildlife-insights/    a batch upload
wildbook/             sheets for the bulk import, at most 200 encounters each
darwin-core/          occurrences; the animal is organismID
movements/            legs of each named animal, and GeoJSON
crops/                crops of decided encounters with index.csv, where they were asked for

Histories. decided: what people decided. probable: the most probable one. merged: all that photos
leave in doubt joined. split: only what is sure joined, the most animals.
draw-001 ...: draws from the posterior; fit your model to each, and pool the results.

Sides. The left and the right side of a leopard are different patterns. An animal known from the
left only and one known from the right only may be one: counts.csv gives the least and the most
number of animals. Draws join such animals as often as the prior does. left.csv and right.csv of
arrays/ hold
captures that show one side, both.csv those that show both.

In R:
  library(secr)
  usage <- as.matrix(read.csv("arrays/usage.csv")[, -1])
  ch <- read.capthist("secr/probable/captures.txt", "secr/traps.txt", detector = "count",
                      fmt = "trapID", noccasions = ncol(usage), binary.usage = FALSE)
  records <- read.csv("camtrapR/record_table.csv", na.strings = "")
  cells <- read.csv("arrays/probable/left.csv")        # animal, trap, occasion, count
  animals <- read.csv("arrays/probable/animals.csv", na.strings = "")
  y <- array(0, c(nrow(animals), nrow(usage), ncol(usage)))
  y[as.matrix(cells[, 1:3])] <- cells$count

binary.usage = FALSE matters: usage is days of effort, and secr else reads its digits one by one.
An occasion has {days} day(s), from midnight. Positions are {positions}.
"""


def read_me(survey: CaptureSurvey, days: int) -> str:
    """The text. days: of one occasion."""
    squares = survey.telling.squares
    positions = "withheld" if survey.telling.withheld else "as recorded"
    if squares:
        positions = f"points of squares {squares.km} km wide"
    return TEXT.replace("{days}", str(days)).replace("{positions}", positions)
