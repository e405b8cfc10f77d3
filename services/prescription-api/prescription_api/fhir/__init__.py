"""What this service knows, as HL7 FHIR R4 (4.0.1). Not certified, and not validated against official profiles."""
