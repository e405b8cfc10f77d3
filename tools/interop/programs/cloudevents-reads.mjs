// cloudevents for JavaScript: a consumer reads an event as RabbitMQ delivers it.
import { readFile } from "node:fs/promises";
import { CloudEvent, HTTP } from "cloudevents";
import { expect, need, step, told } from "./steps.mjs";

const delivered = JSON.parse(await readFile(told("EVENT"), "utf8"));
const body = Buffer.from(delivered.body, "base64").toString("utf8");
const type = "prescription.tool-prescribed.v1";
const headers = { ...delivered.headers, "content-type": delivered.contentType };

const event = await step("reads the message that RabbitMQ delivers (structured mode), finding the mode by its content type", () => {
  expect(HTTP.isEvent({ headers, body }), headers);
  const event = HTTP.toEvent({ headers, body });
  expect(event.type === type && event.data.prescriptionId && event.data.toolId, event);
  return event;
});
await step("validates it strictly by the specification's schema", () => expect(need(event).validate()));
await step("finds the trace (`traceparent`)", () => expect(need(event).traceparent, need(event)));
await step("finds the kind of its data and where its schema is", () =>
  expect(need(event).dataschema && event.datacontenttype === "application/json", event));
await step("passes it on in binary mode, and reads it back", () => {
  const message = HTTP.binary(need(event));
  const again = HTTP.toEvent(message);
  expect(again.id === event.id && again.data.prescriptionId === event.data.prescriptionId, again);
});
await step("makes it anew from its own parts", () => expect(new CloudEvent(need(event).toJSON()).id === event.id));
