package vintk.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import vintk.autodiff.Rules;
import vintk.onnx.Shape;
import vintk.opset.OperatorTable;
import vintk.opset.OperatorUse;
import vintk.proto.QuantisedOperators;
import vintk.report.SiNumber;
import vintk.report.TextLayout;
import vintk.runtime.Differentiation;
import vintk.runtime.Inspection;
import vintk.runtime.OnnxNetwork;

/** An inspection as text of 80 columns. */
final class InspectText {
    private static final int WIDTH = 80;

    /** Where the values of the list at the top begin. */
    private static final int INDENT = 12;

    /** A list of more rows than this is shortened, unless it is asked for whole. */
    private static final int ROWS = 12;

    private final Inspection found;
    private final int batch;
    private final boolean all;
    private final StringBuilder text = new StringBuilder();

    /** @param all whether long lists are shown whole */
    InspectText(Inspection found, int batch, boolean all) {
        this.found = found;
        this.batch = batch;
        this.all = all;
    }

    String of(Path model, String refusal) {
        TextLayout.wrap(text, String.valueOf(model.getFileName()), WIDTH, 0);
        TextLayout.wrap(text, refusal.isEmpty() ? "scorable: yes" : "scorable: no, " + refusal, WIDTH, 0);
        text.append('\n');
        item("producer", ModelPorts.producer(found.file()));
        item("format", "IR " + found.file().getIrVersion() + ", opset " + opsets());
        String samples = found.network().map(OnnxNetwork::samplesInput).orElse("");
        for (ModelPorts.Port port : ModelPorts.inputs(found.file())) {
            boolean main = port.name().equals(samples);
            item("input", port.name() + ", " + port.type() + " " + port.shape() + (main ? ", the samples" : ""));
        }
        for (ModelPorts.Port port : ModelPorts.outputs(found.file())) {
            boolean taken = port.name().equals(found.taken().orElse(""));
            item("output", port.name() + ", " + port.type() + " " + port.shape() + (taken ? ", differentiated" : ""));
        }
        found.network().ifPresent(network -> item("batch", batch(network)));
        found.sample().ifPresent(sample -> item("sample", sample.toString()));
        found.plan().ifPresent(plan -> item("engine", engine(plan)));
        item("parameters", parameters());
        found.macs().ifPresent(macs -> item("MACs", SiNumber.of(macs) + " a sample"));
        if (found.plan().isPresent()) {
            item("memory", "about " + SiNumber.of(found.peakBytes()) + "B for a kernel of " + batch + " samples");
        }
        found.network().ifPresent(network -> network.remarks().forEach(remark -> item("warning", remark)));
        tensors(found.plan().isPresent() ? "Parameters" : "Parameters of the file", found.counted(), false);
        tensors("Left out", found.leftOut(), true);
        operators();
        return text.toString();
    }

    /** ONNX' own is not named where it is alone. */
    private String opsets() {
        List<String> opsets = ModelPorts.opsets(found.file());
        return opsets.size() == 1 ? opsets.get(0).replaceFirst("^ai\\.onnx (?=\\d)", "") : String.join(", ", opsets);
    }

    private void item(String name, String value) {
        StringBuilder lines = new StringBuilder();
        TextLayout.wrap(lines, value, WIDTH, INDENT);
        text.append(TextLayout.left(name, INDENT)).append(lines.substring(INDENT));
    }

    static String batch(OnnxNetwork network) {
        if (network.batchAxis() < 0) {
            return "none, the model takes a single sample";
        }
        String extent = network.fixedBatch() > 0 ? "fixed at " + network.fixedBatch() : "free";
        return "axis " + network.batchAxis() + ", " + extent;
    }

    private static String engine(Differentiation plan) {
        String chunk = plan.chunk() == 1 ? "" : plan.chunk() + " samples at a time, ";
        return (plan.batched() ? "batched: " : "per-sample: " + chunk) + plan.reason();
    }

    private String parameters() {
        String verb = found.plan().isPresent() ? " count" : " in the file";
        String counted = found.counted().isEmpty() ? "none" : sum(found.counted());
        return counted + verb + (found.leftOut().isEmpty() ? "" : "; " + sum(found.leftOut()) + " left out");
    }

    private static String sum(List<Inspection.Listed> tensors) {
        return SiNumber.of(elements(tensors)) + " in " + tensors.size()
                + (tensors.size() == 1 ? " tensor" : " tensors");
    }

    static long elements(List<Inspection.Listed> tensors) {
        return tensors.stream().mapToLong(t -> t.shape().elements()).sum();
    }

    private void tensors(String title, List<Inspection.Listed> tensors, boolean reasons) {
        if (tensors.isEmpty()) {
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {title, "role", "shape", reasons ? "reason" : "elements"});
        for (Inspection.Listed tensor : tensors) {
            rows.add(new String[] {
                tensor.name(),
                tensor.role(),
                shape(tensor.shape()),
                reasons ? tensor.reason() : grouped(tensor.shape().elements())
            });
        }
        table(rows);
    }

    private static String shape(Shape shape) {
        return Arrays.toString(shape.dims()).replace(" ", "");
    }

    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private void operators() {
        OperatorTable table =
                OperatorTable.of(Rules.differentiable(), Rules.nonDifferentiable(), QuantisedOperators.operators());
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"Operators", "nodes", "constant", "gradient"});
        for (OperatorUse use : found.operators()) {
            String name = use.domain().equals("ai.onnx") ? use.opType() : use.domain() + "." + use.opType();
            rows.add(new String[] {
                name,
                Integer.toString(use.nodes()),
                use.constant() == 0 ? "" : Integer.toString(use.constant()),
                InspectJson.gradient(table, use, found)
            });
        }
        text.append('\n');
        layout(rows);
    }

    private void table(List<String[]> rows) {
        text.append('\n');
        int hidden = all || rows.size() - 1 <= ROWS ? 0 : rows.size() - ROWS;
        layout(rows.subList(0, rows.size() - hidden));
        if (hidden > 0) {
            text.append("... ").append(hidden).append(" more (--all)\n");
        }
    }

    /** The first column gives way where a row is too long, the last is broken. */
    private void layout(List<String[]> rows) {
        int[] widths = TextLayout.widths(rows);
        widths[3] = Math.min(widths[3], 24);
        widths[2] = Math.min(widths[2], 20);
        widths[0] = Math.min(widths[0], WIDTH - widths[1] - widths[2] - widths[3] - 6);
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < 3; c++) {
                line.append(TextLayout.left(row[c], widths[c])).append("  ");
            }
            StringBuilder last = new StringBuilder();
            int indent = line.length();
            TextLayout.wrap(last, row[3].isEmpty() ? "-" : row[3], WIDTH, Math.min(indent, WIDTH - 24));
            text.append(line).append(last.toString().stripLeading());
        }
    }
}
