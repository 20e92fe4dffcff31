"""The tests of the course. A package, since others bring a folder of the same name along."""
