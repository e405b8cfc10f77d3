"""The generated contract. That it lists every error that a test meets, the tests' client checks (see conftest)."""

from fastapi import FastAPI
from openapi_spec_validator import validate

from notification_service.campaigns import schemas as campaigns
from notification_service.campaigns import trying_schemas as trying
from notification_service.notifying.schemas import Notification, NotificationTrail
from notification_service.preferences.schemas import NotificationSettings, NotificationSettingsChange

OF_CAMPAIGNS = (
    campaigns.CampaignDraft,
    campaigns.CampaignState,
    campaigns.RecipientsTaken,
    trying.TestSending,
    campaigns.CampaignProgress,
    campaigns.RecipientOutcome,
)


def test_the_contract_is_valid_openapi(app: FastAPI) -> None:
    validate(app.openapi())


def test_operations_are_named_for_a_generated_client(app: FastAPI) -> None:
    operations = [operation for path in app.openapi()["paths"].values() for operation in path.values()]
    assert {operation["operationId"] for operation in operations} == {
        "getNotificationSettings",
        "setNotificationSettings",
        "confirmContactPoint",
        "sendContactPointCode",
        "registerTestContact",
        "confirmTestContact",
        "listTestContacts",
        "removeTestContact",
        "listCampaignTests",
        "receiveDeliveryReceipts",
        "listAccessLog",
        "listNotifications",
        "getNotification",
        "searchNotifications",
        "createCampaign",
        "listCampaigns",
        "getCampaign",
        "getCampaignHistory",
        "changeCampaign",
        "addCampaignRecipients",
        "removeCampaignRecipients",
        "checkCampaign",
        "testCampaign",
        "judgeCampaignNotResearch",
        "approveCampaign",
        "startCampaign",
        "pauseCampaign",
        "stopCampaign",
        "getCampaignProgress",
        "listCampaignReceipts",
        "listDeadLetters",
        "replayDeadLetter",
        "replayAllDeadLetters",
        "discardDeadLetter",
    }
    assert all(operation["summary"] and operation["tags"] and operation["security"] for operation in operations)


def test_examples_hold_what_the_schemas_let_in() -> None:
    for model in (*OF_CAMPAIGNS, Notification, NotificationTrail, NotificationSettings, NotificationSettingsChange):
        for example in model.model_config["json_schema_extra"]["examples"]:
            assert model.model_validate(example)


async def test_health_and_metrics_answer(client) -> None:
    assert (await client.get("/health/ready")).json()["status"] == "ready"
    assert "http_request_duration_seconds" in (await client.get("/metrics")).text
