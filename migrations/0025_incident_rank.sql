-- The events of an incident as its page asks for them: triggers first, then by what an analysis
-- calls them, those nearest to a moment. Also counts them without their rows.
CREATE INDEX blackbox_incident_events_rank_idx
    ON blackbox_incident_events (tenant_id, incident_id, is_trigger, role, order_index, event_id)
    INCLUDE (is_late);
