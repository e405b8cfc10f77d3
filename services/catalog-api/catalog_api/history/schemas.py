"""What has happened to a tool, a page at a time."""

from pydantic import ConfigDict

from catalog_api.steps.schemas import STEP, HistoryStep
from shared.paging import Page


class HistoryPage(Page[HistoryStep]):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [STEP]}]})
