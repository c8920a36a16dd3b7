package vintk.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import vintk.fourier.Identity;
import vintk.fourier.View;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.rank.ImageLayout;
import vintk.runtime.Companion;
import vintk.runtime.KernelEngine;
import vintk.runtime.KernelMatrix;
import vintk.runtime.KernelOptions;
import vintk.runtime.ModelException;
import vintk.runtime.OnnxNetwork;

/** {@code vintk kernel}: the neural tangent kernel of a model on given inputs. */
@Command(
        name = "kernel",
        header = "Computes the neural tangent kernel of a model on inputs of yours.",
        footer = {
            "",
            "Examples:",
            "  vintk kernel vit.onnx --input x.npy --out k.npy",
            "  vintk kernel vit.onnx --input photos/ --batch 16 --out k.npy",
            "  vintk kernel vit.onnx --input x.npy --view high-pass:0.25:std --out k.npy",
            "  vintk kernel cnn.onnx --input x.npy --reduction full --per-parameter p.npz \\",
            "      --out k.npy"
        })
final class KernelCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL.onnx", description = "The model.")
    private Path model;

    @Option(names = "--batch", paramLabel = "N", description = "Samples to take (default: all of a file, 32 images).")
    private Integer batch;

    @Mixin
    private SizeFlags size;

    @Option(
            names = "--out",
            paramLabel = "K.npy",
            required = true,
            description = "The kernel, [N, N] float64; of full, all outputs of a sample in a row.")
    private Path out;

    @Option(names = "--per-parameter", paramLabel = "P.npz", description = "The kernel of each parameter, by name.")
    private Path perParameter;

    @Option(
            names = "--view",
            paramLabel = "VIEW",
            defaultValue = "identity",
            description = "View of the inputs (default: ${DEFAULT-VALUE}).")
    private String view;

    @Mixin
    private ModelFlags inputs;

    @Mixin
    private KernelFlags kernel;

    @Mixin
    private DeviceFlags device;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        OutputFile.prepare(out, inputs.with(model, perParameter));
        if (perParameter != null) {
            OutputFile.prepare(perParameter, inputs.with(model));
        }
        String input = inputs.samples();
        OnnxNetwork network = kernel.network(model, inputs.forSamples(), common);
        network.remarks().forEach(common::remark);
        Samples samples = Samples.of(network, "--input", input, batch, 32, size, common);
        requireRows(network, samples.count());
        float[] data = viewed(network, samples, input);
        long start = System.nanoTime();
        KernelOptions options =
                kernel.options(common).withPerParameter(perParameter != null).withSession(device.session(common));
        try (KernelEngine engine = KernelEngine.open(network, samples.count(), samples.sample(), options)) {
            KernelMatrix result = engine.compute(data);
            write(result);
            result.remarks().forEach(common::remark);
            requireFinite(result);
            if (common.json || !common.quiet) {
                summary(result, (System.nanoTime() - start) / 1e9);
            }
        }
        return ExitCode.OK;
    }

    /** It is written all the same: which entries are no numbers tells which samples to look at. */
    private void requireFinite(KernelMatrix result) {
        for (int i = 0; i < result.values().length; i++) {
            if (!Double.isFinite(result.values()[i])) {
                throw new ModelException(
                        ModelException.Kind.ERROR,
                        String.format(
                                Locale.ROOT,
                                "%s: the kernel is %s between sample %d and sample %d%s",
                                out,
                                result.values()[i],
                                i / result.size(),
                                i % result.size(),
                                result.origin().map(where -> "; " + where).orElse("")));
            }
        }
    }

    private static void requireRows(OnnxNetwork network, long samples) {
        for (Companion companion : network.companions()) {
            long rows = companion.rows().length / companion.row().elements();
            if (rows < samples) {
                throw new IllegalArgumentException("--input " + companion.name() + ": expected a row for each of "
                        + samples + " samples, got " + rows);
            }
        }
    }

    private float[] viewed(OnnxNetwork network, Samples samples, String input) {
        View parsed = View.parse(view);
        if (parsed instanceof Identity) {
            return samples.data();
        }
        if (samples.sample().rank() != 3) {
            throw new IllegalArgumentException("--view " + view + " takes images, but " + input + " has shape "
                    + samples.sample().prepend(samples.count()));
        }
        ImageLayout layout = ImageLayout.of(samples.sample(), network.samplesType(), samples.scale());
        return layout.data(parsed.apply(layout.images(samples.count(), samples.data()), common.seed));
    }

    private void write(KernelMatrix result) throws IOException {
        long[] square = {result.size(), result.size()};
        Npy.write(out, NpyArray.of(square, result.values()));
        if (perParameter != null) {
            Map<String, NpyArray> arrays = new LinkedHashMap<>();
            result.perParameter()
                    .forEach((name, values) -> arrays.put(entry(name, arrays.keySet()), NpyArray.of(square, values)));
            Npy.writeZip(perParameter, arrays);
        }
    }

    /** A name that leads out of no folder where somebody unpacks the archive, and that no other parameter has. */
    private static String entry(String parameter, Set<String> taken) {
        String safe = parameter.replace("..", "_").replaceFirst("^/+", "");
        String name = safe;
        for (int i = 2; taken.contains(name); i++) {
            name = safe + "_" + i;
        }
        return name;
    }

    private void summary(KernelMatrix result, double seconds) throws IOException {
        if (common.json) {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("kernel", out.toString());
            node.put("size", result.size());
            node.put("output", result.output());
            node.put("engine", result.engine());
            node.put("engine_reason", result.reason());
            node.put("params", result.elements());
            node.put("tensors", result.parameters().size());
            node.put("reinit", kernel.reinitText());
            node.put("seconds", seconds);
            result.parameters().forEach(node.putArray("counted")::add);
            ArrayNode leftOut = node.putArray("left_out");
            result.leftOut().forEach(l -> leftOut.addObject()
                    .put("name", l.name())
                    .put("elements", l.elements())
                    .put("reason", l.reason()));
            common.println(node);
        } else {
            common.print(String.format(
                    Locale.ROOT,
                    "%s: %d x %d, in %.1f s%noutput '%s'; %,d parameters in %d tensors%n%s engine: %s%n",
                    out,
                    result.size(),
                    result.size(),
                    seconds,
                    result.output(),
                    result.elements(),
                    result.parameters().size(),
                    result.engine(),
                    result.reason()));
        }
    }
}
