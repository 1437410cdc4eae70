"""A service that the command-line client is tried on."""

import binary
from running_service import RunningService


class ClientService(RunningService):
    """As RunningService; `folder` is made, and jobs begin as fast as they can."""

    def __init__(self, folder, *arguments, scheme="http"):
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder, "--limiter", "none", *arguments)
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.env = {"CRM_MERGE_SERVER": self.url}

    def client(self, folder, *arguments, code=0, env=None):
        """`crm-merge ARGUMENTS` in `folder`, against this service."""
        outcome = binary.run(arguments, folder, env={**self.env, **(env or {})})
        assert outcome.code == code, binary.describe(outcome, arguments) + self.log()[-2000:]
        return outcome
