package vintk.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import vintk.autodiff.Rules;
import vintk.opset.OperatorTable;
import vintk.opset.OperatorUse;
import vintk.proto.QuantisedOperators;
import vintk.runtime.Inspection;

/** An inspection as JSON. What is not known, because the model was refused before, is null. */
final class InspectJson {
    private InspectJson() {}

    static ObjectNode tree(Path model, Inspection found, int batch, String refusal) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("file", model.toString());
        node.put("scorable", refusal.isEmpty());
        node.put("reason", refusal.isEmpty() ? null : refusal);
        node.put("producer", ModelPorts.producer(found.file()));
        node.put("ir_version", found.file().getIrVersion());
        ModelPorts.opsets(found.file()).forEach(node.putArray("opsets")::add);
        ports(node.putArray("inputs"), ModelPorts.inputs(found.file()));
        ports(node.putArray("outputs"), ModelPorts.outputs(found.file()));
        node.put("samples_input", found.network().map(n -> n.samplesInput()).orElse(null));
        node.put("output", found.taken().orElse(null));
        node.put("batch_axis", found.network().map(n -> n.batchAxis()).orElse(null));
        node.put("fixed_batch", found.network().map(n -> n.fixedBatch()).orElse(null));
        node.putNull("sample");
        found.sample().ifPresent(sample -> LongStream.of(sample.dims()).forEach(node.putArray("sample")::add));
        node.put(
                "engine",
                found.plan().map(p -> p.batched() ? "batched" : "per-sample").orElse(null));
        node.put("engine_reason", found.plan().map(p -> p.reason()).orElse(null));
        node.put("params", InspectText.elements(found.counted()));
        node.put("macs", found.macs().orElse(null));
        node.put("batch", batch);
        node.put("peak_bytes", found.plan().isPresent() ? (Long) found.peakBytes() : null);
        ArrayNode warnings = node.putArray("warnings");
        found.network().ifPresent(network -> network.remarks().forEach(warnings::add));
        tensors(node.putArray("parameters"), found.counted());
        tensors(node.putArray("left_out"), found.leftOut());
        OperatorTable table =
                OperatorTable.of(Rules.differentiable(), Rules.nonDifferentiable(), QuantisedOperators.operators());
        ArrayNode operators = node.putArray("operators");
        found.operators().forEach(use -> operators
                .addObject()
                .put("domain", use.domain())
                .put("operator", use.opType())
                .put("nodes", use.nodes())
                .put("constant", use.constant())
                .put("gradient", gradient(table, use, found)));
        return node;
    }

    /** How an operator of a model is treated: functions of the file are expanded, whatever their name. */
    static String gradient(OperatorTable table, OperatorUse use, Inspection found) {
        boolean local = found.file().getFunctionsList().stream()
                .anyMatch(f -> f.getName().equals(use.opType()) && f.getDomain().equals(use.domain()));
        return local
                ? "function, expanded"
                : use.nodes() == use.constant()
                        ? "constant"
                        : table.support(use.domain(), use.opType()).text();
    }

    private static void ports(ArrayNode array, List<ModelPorts.Port> ports) {
        for (ModelPorts.Port port : ports) {
            ObjectNode node = array.addObject().put("name", port.name()).put("type", port.type());
            if (port.dims() == null) {
                node.putNull("shape");
            } else {
                port.dims().forEach(node.putArray("shape")::add);
            }
        }
    }

    private static void tensors(ArrayNode array, List<Inspection.Listed> tensors) {
        for (Inspection.Listed tensor : tensors) {
            ObjectNode node = array.addObject().put("name", tensor.name()).put("role", tensor.role());
            LongStream.of(tensor.shape().dims()).forEach(node.putArray("shape")::add);
            node.put("elements", tensor.shape().elements());
            if (!tensor.reason().isEmpty()) {
                node.put("reason", tensor.reason());
            }
        }
    }
}
