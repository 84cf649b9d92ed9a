// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Series;
import io.natspersist.cli.bench.measure.Spread;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/** A run as JSON; docs/benchmarks.md says what each field is. */
public final class JsonReport {

    /** Goes up when a field changes its meaning or goes away. */
    private static final int FORMAT = 1;

    private final JsonGenerator json;

    private JsonReport(JsonGenerator json) {
        this.json = json;
    }

    public static String of(Result.Run run) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            new JsonReport(json).run(run);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.append('\n').toString();
    }

    private void run(Result.Run run) throws IOException {
        json.writeStartObject();
        json.writeNumberField("format", FORMAT);
        json.writeStringField("started", run.started());
        json.writeStringField("scale", run.scale());
        Machine machine = run.machine();
        json.writeObjectFieldStart("machine");
        json.writeNumberField("processors", machine.processors());
        json.writeStringField("cpu", machine.cpu());
        json.writeStringField("system", machine.system());
        json.writeStringField("java", machine.java());
        json.writeStringField("natsServer", machine.natsServer());
        json.writeStringField("persist", machine.persist());
        json.writeEndObject();
        json.writeArrayFieldStart("workloads");
        for (Result result : run.results()) {
            result(result);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void result(Result result) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", result.name());
        json.writeStringField("title", result.title());
        json.writeNumberField("seconds", Numbers.rounded(result.seconds()));
        Outcome outcome = result.outcome();
        if (outcome == null) {
            json.writeStringField("failure", result.failure());
        } else {
            outcome(outcome);
        }
        json.writeEndObject();
    }

    private void outcome(Outcome outcome) throws IOException {
        json.writeObjectFieldStart("parameters");
        for (Map.Entry<String, Object> each : outcome.parameters().entrySet()) {
            json.writeObjectField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("measured");
        for (Series series : outcome.series()) {
            series(series);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("goals");
        for (Goal goal : outcome.goals()) {
            goal(goal);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("counted");
        for (Map.Entry<String, Long> each : outcome.counts().entrySet()) {
            json.writeNumberField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("notes");
        for (String note : outcome.notes()) {
            json.writeString(note);
        }
        json.writeEndArray();
    }

    private void series(Series series) throws IOException {
        json.writeStartObject();
        json.writeStringField("contender", series.contender());
        json.writeStringField("metric", series.metric().toString());
        json.writeStringField("unit", series.metric().unit());
        spread(series.spread());
        json.writeArrayFieldStart("turns");
        for (double value : series.values()) {
            json.writeNumber(Numbers.rounded(value));
        }
        json.writeEndArray();
        if (!series.cpuMicros().isEmpty()) {
            json.writeObjectFieldStart("cpuMicrosEach");
            for (Map.Entry<String, Double> each : series.cpuMicros().entrySet()) {
                json.writeNumberField(each.getKey(), Numbers.rounded(each.getValue()));
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private void goal(Goal goal) throws IOException {
        json.writeStartObject();
        json.writeStringField("what", goal.what());
        json.writeStringField("relation", goal.atLeast() ? ">=" : "<=");
        json.writeNumberField("wanted", goal.wanted());
        json.writeStringField("unit", goal.unit().isEmpty() ? "ratio" : goal.unit());
        spread(goal.got());
        if (goal.undecided() != null) {
            json.writeStringField("undecided", goal.undecided());
        } else {
            json.writeBooleanField("met", goal.met().orElseThrow());
        }
        json.writeEndObject();
    }

    private void spread(Spread spread) throws IOException {
        json.writeNumberField("median", Numbers.rounded(spread.median()));
        json.writeNumberField("least", Numbers.rounded(spread.least()));
        json.writeNumberField("most", Numbers.rounded(spread.most()));
    }
}
