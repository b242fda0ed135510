"""All that deployments add to the portal."""

from __future__ import annotations
