# Reads every table of an export with R's own read.csv and read.table, and writes what it read.
# Rscript read_back.R EXPORT OUT
# The package readr reads every table as well, and jsonlite the JSON, where R has them (Debian:
# r-cran-readr, r-cran-jsonlite). data.table is left out: it leaves a doubled quote doubled.
arguments <- commandArgs(TRUE)
from <- arguments[1]
to <- arguments[2]
dir.create(to, showWarnings = FALSE)
for (path in list.files(from, pattern = "[.]csv$", recursive = TRUE)) {
  table <- read.csv(file.path(from, path), check.names = FALSE, colClasses = "character",
                    na.strings = character(0), fileEncoding = "UTF-8")
  out <- file.path(to, gsub("/", "__", path))
  write.csv(table, out, row.names = FALSE, fileEncoding = "UTF-8")
}
if (requireNamespace("readr", quietly = TRUE)) {
  dir.create(file.path(to, "readr"))
  for (path in list.files(from, pattern = "[.]csv$", recursive = TRUE)) {
    table <- suppressWarnings(readr::read_csv(file.path(from, path), na = character(), trim_ws = FALSE,
      col_types = readr::cols(.default = "c"), progress = FALSE))
    out <- file.path(to, "readr", gsub("/", "__", path))
    write.csv(table, out, row.names = FALSE, fileEncoding = "UTF-8", na = "")
  }
}
if (requireNamespace("jsonlite", quietly = TRUE)) {
  geo <- jsonlite::fromJSON(file.path(from, "movements/movements.geojson"), simplifyVector = FALSE)
  package <- jsonlite::fromJSON(file.path(from, "camtrap-dp/datapackage.json"))
  write.csv(data.frame(features = length(geo$features), resources = nrow(package$resources)),
            file.path(to, "_json.csv"), row.names = FALSE)
}
traps <- read.table(file.path(from, "secr/traps.txt"), comment.char = "#")
occasions <- ncol(traps) - 3
rows <- list()
for (path in list.files(file.path(from, "secr"), pattern = "captures.txt", recursive = TRUE)) {
  history <- dirname(path)
  captures <- read.table(file.path(from, "secr", path), comment.char = "#",
                         col.names = c("Session", "ID", "Occasion", "Detector"),
                         colClasses = c("character", "character", "integer", "character"))
  captures <- captures[captures$ID != "NONE", ]
  known <- captures$Detector %in% traps[, 1]
  used <- mapply(function(d, o) traps[traps[, 1] == d, 3 + o] > 0, captures$Detector, captures$Occasion)
  usage <- read.csv(file.path(from, "arrays/usage.csv"), check.names = FALSE)
  animals <- read.csv(file.path(from, "arrays", history, "animals.csv"), na.strings = "")
  sums <- sapply(c("all", "left", "right", "both"), function(side) {
    cells <- read.csv(file.path(from, "arrays", history, paste0(side, ".csv")))
    y <- array(0, c(nrow(animals), nrow(usage), ncol(usage) - 1))
    y[as.matrix(cells[, 1:3])] <- cells$count
    sum(y)
  })
  rows[[history]] <- data.frame(history = history, captures = nrow(captures),
    animals = length(unique(captures$ID)), at_traps = sum(known), in_use = sum(unlist(used)),
    occasions = occasions, t(sums))
}
write.csv(do.call(rbind, rows), file.path(to, "_secr.csv"), row.names = FALSE)
