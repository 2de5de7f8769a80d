"""The explorer: a web API and a page to look at, listen to and search the last run. It only reads, and is no stage."""
