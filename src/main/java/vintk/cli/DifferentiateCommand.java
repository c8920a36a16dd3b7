package vintk.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import vintk.ntk.KernelGraph;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Shape;
import vintk.runtime.Differentiation;
import vintk.runtime.KernelOptions;
import vintk.runtime.OnnxNetwork;
import vintk.runtime.Reduction;

/** {@code vintk differentiate}: a model with its gradients, as ONNX. */
@Command(
        name = "differentiate",
        header = "Writes a model with its per-sample gradients, or its kernel, as ONNX.",
        description = {
            "",
            "The result holds standard operators only and runs in any ONNX runtime, for --batch samples. With the reductions"
                    + " vector, trace and full the vector is an input named cotangent (full: [N, ...], a row a sample; vector and"
                    + " trace: one for all samples), one run for each: kernels of trace:all"
                    + " add up, that of trace:K is the mean over vectors of 1 and -1. Inputs beside the samples stay inputs"
                    + " where they have a row a sample and are given; others are constants of the file, which says so."
        },
        footer = {
            "",
            "Examples:",
            "  vintk differentiate vit.onnx --out vit-kernel.onnx --outputs kernel --batch 16",
            "  vintk differentiate vit.onnx --out vit-grad.onnx --reduction class:3"
        })
final class DifferentiateCommand implements Callable<Integer> {
    /** What the file gives out beside the model's own outputs. */
    enum Outputs {
        JACOBIAN,
        KERNEL
    }

    @Parameters(paramLabel = "MODEL.onnx", description = "The model.")
    private Path model;

    @Option(names = "--out", paramLabel = "GRAD.onnx", required = true, description = "The file to write.")
    private Path out;

    @Option(
            names = "--outputs",
            paramLabel = "WHICH",
            defaultValue = "jacobian",
            description =
                    "jacobian (grad/<initializer> [N, ...shape]) or kernel ([N, N], float64) (default: ${DEFAULT-VALUE}).")
    private Outputs outputs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "32",
            description = "Samples (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Mixin
    private SizeFlags size;

    @Mixin
    private ModelFlags inputs;

    @Mixin
    private KernelFlags kernel;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        OutputFile.prepare(out, inputs.with(model));
        CommonOptions.atLeastOne("--batch", batch);
        OnnxNetwork network = kernel.network(model, inputs.others(), common);
        network.remarks().forEach(common::remark);
        Shape sample = size.sample(network, common::remark);
        KernelGraph.Output wanted =
                outputs == Outputs.JACOBIAN ? KernelGraph.Output.JACOBIAN : KernelGraph.Output.KERNEL;
        KernelOptions options = kernel.options(common);
        if (outputs == Outputs.KERNEL && options.reduction().kind() == Reduction.Kind.FULL) {
            throw new IllegalArgumentException(
                    "--reduction full: its kernel is of the gradients of all outputs, and a file"
                            + " gives those of one vector: use the command kernel, or --outputs jacobian");
        }
        Graph graph = Differentiation.graph(network, batch, sample, options, List.of(wanted));
        String output = Differentiation.output(graph, options);
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("vintk.version", Vintk.Version.number());
        metadata.put("vintk.source", String.valueOf(model.getFileName()));
        metadata.put("vintk.batch", Integer.toString(batch));
        if (kernel.initialisation().isPresent()) {
            metadata.put("vintk.reinit", kernel.reinitText());
            metadata.put("vintk.seed", Long.toString(common.seed));
        }
        metadata.put("vintk.reduction", options.reduction().toString());
        metadata.put("vintk.parameters", kernel.parameters.text());
        metadata.put("vintk.output", output);
        if (kernel.accurate) {
            metadata.put("vintk.products", "float64");
        }
        if (!network.filledInputs().isEmpty()) {
            metadata.put("vintk.filled", String.join(", ", network.filledInputs()));
        }
        ModelWriter.write(graph.withMetadata(metadata), out);
        if (common.json || !common.quiet) {
            summary(graph, sample, network, output);
        }
        return ExitCode.OK;
    }

    private void summary(Graph graph, Shape sample, OnnxNetwork network, String output) {
        if (common.json) {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("file", out.toString());
            node.put("samples", batch);
            LongStream.of(sample.dims()).forEach(node.putArray("sample")::add);
            graph.outputs().keySet().forEach(node.putArray("outputs")::add);
            node.put("output", output);
            node.put("reduction", kernel.reduction);
            node.put("parameters", kernel.parameters.text());
            network.remarks().forEach(node.putArray("warnings")::add);
            common.println(node);
        } else {
            long gradients = graph.outputs().keySet().stream()
                    .filter(n -> n.startsWith(KernelGraph.GRADIENT_OF))
                    .count();
            common.println(out + ": " + (gradients > 0 ? gradients + " gradients" : "kernel") + " for " + batch
                    + " samples of shape " + sample);
        }
    }
}
