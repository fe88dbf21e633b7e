"""Every test runs strict: an error inside the pipeline is raised instead of becoming a remark."""

import os

os.environ["XCS_STRICT"] = "1"
