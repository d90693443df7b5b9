"""Chapter 1, what RNNs promised: what the state is, what it sees and what it can hold."""
