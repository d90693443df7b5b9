"""Why recurrent networks failed at scale: an essay that is taught as fact. `text.toml` names its chapters."""
