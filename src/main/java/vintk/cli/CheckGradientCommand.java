package vintk.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import vintk.input.Inputs;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.onnx.Shape;
import vintk.runtime.GradientCheck;
import vintk.runtime.GradientReport;
import vintk.runtime.KernelOptions;
import vintk.runtime.OnnxNetwork;
import vintk.runtime.SessionSettings;
import vintk.space.RandomStream;

/** {@code vintk check-gradient}: is the gradient of this model right? */
@Command(
        name = "check-gradient",
        mixinStandardHelpOptions = true,
        versionProvider = Vintk.Version.class,
        header = "Verifies the gradient of a model by finite differences.",
        description = {
            "",
            "Three comparisons: the imported graph with the model itself; the gradient by all parameters with differences"
                    + " along random directions; the gradient of every operator by itself, on the numbers it sees in this"
                    + " model. In float64 wherever ONNX Runtime can. The worst operator is named.",
            "",
            "Exit code 0 when all is within tolerance, 1 when something is wrong."
        },
        footer = {
            "",
            "Examples:",
            "  vintk check-gradient vit.onnx",
            "  vintk check-gradient vit.onnx --inputs x.npy --batch 4 --output logits --json"
        })
final class CheckGradientCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL.onnx", description = "The model.")
    private Path model;

    @Option(
            names = "--inputs",
            paramLabel = "WHAT",
            defaultValue = "synthetic",
            description = "Samples as for 'rank': synthetic, noise, a folder of images or a .npy file; what is no image"
                    + " is noise (default: ${DEFAULT-VALUE}).")
    private String inputs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Samples; more than 1 checks that each gets its own gradient (default: ${DEFAULT-VALUE}, or what"
                            + " the model is fixed to).")
    private int batch;

    @Mixin
    private SizeFlags size;

    @Option(
            names = "--directions",
            paramLabel = "D",
            defaultValue = "3",
            description = "Random directions of the whole gradient (default: ${DEFAULT-VALUE}).")
    private int directions;

    @Mixin
    private ParameterFlags parameters;

    @Mixin
    private ModelFlags others;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        requirePositive("--batch", batch);
        requirePositive("--directions", directions);
        OnnxNetwork network = OnnxNetwork.read(model, parameters.reading(others.others()));
        NpyArray file = inputs.endsWith(".npy") ? read(network) : null;
        int samples = Math.toIntExact(network.fixedBatch() > 0 ? network.fixedBatch() : batch);
        Shape sample =
                file == null ? size.sample(network, remark -> common.remark(spec, remark)) : sample(network, file);
        float[] data = file == null ? drawn(samples, sample) : rows(file, samples);
        KernelOptions options = KernelOptions.defaults()
                .withParameters(parameters.filter(), parameters.output())
                .withSession(SessionSettings.of(KernelFlags.threads(common)))
                .withSeed(common.seed);
        GradientReport report;
        try (Progress progress = new Progress(common, "checking", " operators")) {
            report = new GradientCheck(network, options).run(data, samples, sample, directions, progress::stepTo);
        }
        network.remarks().forEach(remark -> common.remark(spec, remark));
        print(report);
        return report.passed() ? ExitCode.OK : ExitCode.SOME_FAILED;
    }

    private static void requirePositive(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + ": expected 1 or more, got " + value);
        }
    }

    private NpyArray read(OnnxNetwork network) throws IOException {
        NpyArray array = Npy.read(Path.of(inputs)).withFirst(Math.max(0, network.batchAxis()));
        if (array.shape().length == 0) {
            throw new IllegalArgumentException(inputs + ": expected samples [N, ...], got a single number");
        }
        return array;
    }

    private Shape sample(OnnxNetwork network, NpyArray file) {
        Shape shape = Shape.of(file.shape());
        Shape sample = shape.slice(1, shape.rank());
        network.requireSample(sample, inputs);
        return sample;
    }

    private float[] rows(NpyArray file, int samples) {
        long there = file.shape()[0];
        if (samples > there) {
            throw new IllegalArgumentException("--batch " + samples + ": " + inputs + " has " + there + " samples");
        }
        float[] data = file.floats();
        float[] rows = Arrays.copyOf(data, Math.toIntExact(data.length / there * samples));
        for (int i = 0; i < rows.length; i++) {
            if (!Float.isFinite(rows[i])) {
                throw new IllegalArgumentException(
                        inputs + ": expected finite numbers, got " + rows[i] + " at element " + i);
            }
        }
        return rows;
    }

    private float[] drawn(int samples, Shape sample) throws IOException {
        if (sample.rank() == 3) {
            int[] dims = Arrays.stream(sample.dims()).mapToInt(Math::toIntExact).toArray();
            return Inputs.parse(inputs)
                    .load(samples, dims[0], dims[1], dims[2], common.seed, warning -> CommonOptions.warn(spec, warning))
                    .data();
        }
        if (!inputs.equals("synthetic") && !inputs.equals("noise")) {
            throw new IllegalArgumentException(
                    "--inputs " + inputs + " gives images, but the model takes samples of shape " + sample);
        }
        float[] noise = new float[Math.toIntExact(sample.prepend(samples).elements())];
        RandomStream.of(common.seed, "input/0").normal(noise, 1);
        return noise;
    }

    private void print(GradientReport report) {
        PrintWriter stdout = spec.commandLine().getOut();
        if (common.json) {
            stdout.println(GradientText.json(report));
        } else if (!common.quiet) {
            stdout.print(GradientText.table(model.getFileName().toString(), report));
        }
        stdout.flush();
        report.fault().ifPresent(fault -> CommonOptions.warn(spec, model.getFileName() + ": " + fault));
    }
}
