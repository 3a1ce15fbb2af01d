"""The commerce runtime: request, handler, answer; the same in the store server and in the register."""
