"""The tests. They mirror the packages they test; `plugin/` is what they run on."""
