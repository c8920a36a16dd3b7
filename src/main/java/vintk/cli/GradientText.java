package vintk.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import vintk.report.TextLayout;
import vintk.runtime.GradientReport;

/** A {@link GradientReport} as text, a row an operator, and as JSON, with every form of every operator. */
final class GradientText {
    private GradientText() {}

    static String table(String model, GradientReport report) {
        StringBuilder text = new StringBuilder();
        GradientReport.Imported imported = report.imported();
        GradientReport.Whole whole = report.whole();
        line(
                text,
                "%s: output %s, %d sample%s, %,d parameters in %d tensors",
                model,
                report.output(),
                report.samples(),
                report.samples() == 1 ? "" : "s",
                report.elements(),
                report.tensors());
        text.append('\n');
        line(text, "check       error  tolerance  status");
        line(text, "import    %7.1e    %7.1e  %s", imported.error(), imported.tolerance(), status(imported.status()));
        line(
                text,
                "gradient  %7.1e    %7.1e  %s (%s, %d direction%s%s%s%s)",
                whole.error(),
                whole.tolerance(),
                status(whole.status()),
                whole.engine(),
                whole.directions(),
                whole.directions() == 1 ? "" : "s",
                whole.kinks() == 0 ? "" : ", " + whole.kinks() + " over kinks left out",
                whole.moved() ? ", parameters moved off a kink" : "",
                whole.single().isEmpty() ? "" : ", float32 in " + String.join(" ", whole.single()));
        line(
                text,
                "float32   %7.1e    %7.1e  %s",
                whole.rounding(),
                whole.roundingTolerance(),
                status(whole.isPrecise() ? GradientReport.Status.OK : GradientReport.Status.WRONG));
        if (report.samples() > 1 && whole.engine().equals("single")) {
            line(text, "Samples could not be tracked: this is the gradient of all of them together.");
        }
        text.append('\n');
        List<GradientReport.Operator> worst = worstOfEach(report.operators());
        int width = worst.stream().mapToInt(o -> o.operator().length()).max().orElse(0);
        String columns = "%-" + Math.max(width, "operator".length()) + "s  %s";
        line(text, "  error  tolerance  status      nodes  " + columns, "operator", "worst at");
        for (GradientReport.Operator o : worst) {
            line(
                    text,
                    "%7.1e    %7.1e  %-10s  %5d  " + columns,
                    o.error(),
                    o.tolerance(),
                    status(o.status()),
                    count(report, o.operator()),
                    o.operator(),
                    o.name() + remark(o));
        }
        report.worst().ifPresent(most -> {
            text.append('\n');
            line(text, "The worst operator is %s: error %.1e.", most, most.error());
        });
        return text.toString();
    }

    /** The first of each operator: the list begins with the worst. */
    private static List<GradientReport.Operator> worstOfEach(List<GradientReport.Operator> operators) {
        Map<String, GradientReport.Operator> first = new LinkedHashMap<>();
        operators.forEach(o -> first.putIfAbsent(o.operator(), o));
        return List.copyOf(first.values());
    }

    private static int count(GradientReport report, String operator) {
        return report.operators().stream()
                .filter(o -> o.operator().equals(operator))
                .mapToInt(GradientReport.Operator::count)
                .sum();
    }

    private static void line(StringBuilder text, String format, Object... arguments) {
        text.append(TextLayout.plain(
                        String.format(Locale.ROOT, format, arguments).stripTrailing()))
                .append('\n');
    }

    private static String status(GradientReport.Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    private static String remark(GradientReport.Operator o) {
        StringBuilder remark = new StringBuilder();
        if (o.leftOut() > 0 && o.remark().isEmpty()) {
            remark.append(String.format(Locale.ROOT, " (%.2g %% on kinks left out)", 100 * o.leftOut()));
        }
        return remark.append(o.remark().isEmpty() ? "" : " (" + o.remark() + ")")
                .toString();
    }

    static ObjectNode json(GradientReport report) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("passed", report.passed());
        report.fault().ifPresent(fault -> node.put("fault", fault));
        node.put("output", report.output());
        node.put("samples", report.samples());
        node.put("params", report.elements());
        node.put("tensors", report.tensors());
        ObjectNode imported = node.putObject("import");
        number(imported, "error", report.imported().error());
        imported.put("tolerance", report.imported().tolerance());
        imported.put("status", status(report.imported().status()));
        GradientReport.Whole whole = report.whole();
        ObjectNode gradient = node.putObject("gradient");
        gradient.put("engine", whole.engine());
        gradient.put("status", status(whole.status()));
        number(gradient, "error", whole.error());
        gradient.put("tolerance", whole.tolerance());
        number(gradient, "unsettled", whole.unsettled());
        gradient.put("directions", whole.directions());
        gradient.put("over_kinks", whole.kinks());
        gradient.put("moved", whole.moved());
        number(gradient, "float32_error", whole.rounding());
        gradient.put("float32_tolerance", whole.roundingTolerance());
        whole.single().forEach(gradient.putArray("float32_operators")::add);
        ArrayNode operators = node.putArray("operators");
        for (GradientReport.Operator o : report.operators()) {
            ObjectNode each = operators.addObject();
            each.put("operator", o.operator());
            each.put("node", o.name());
            each.put("count", o.count());
            each.put("status", status(o.status()));
            number(each, "error", o.error());
            each.put("tolerance", o.tolerance());
            each.put("left_out", o.leftOut());
            each.put("precision", o.precision());
            each.put("remark", o.remark());
        }
        return node;
    }

    /** JSON has no infinity: what is not finite is null. */
    private static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }
}
