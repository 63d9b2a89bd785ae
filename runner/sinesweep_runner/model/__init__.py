"""The model: the winner as a folder that takes sound and gives answers."""
