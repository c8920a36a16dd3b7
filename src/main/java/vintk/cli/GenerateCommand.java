package vintk.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import vintk.autodiff.FreeBatch;
import vintk.file.AtomicFile;
import vintk.file.RegularFile;
import vintk.file.Utf8;
import vintk.ntk.KernelGraph;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Shape;
import vintk.rank.Subject;
import vintk.report.SiNumber;
import vintk.report.TextLayout;
import vintk.runtime.Differentiation;
import vintk.runtime.KernelOptions;
import vintk.runtime.Network;
import vintk.space.Candidate;
import vintk.space.Candidates;

/** {@code vintk generate}: candidates as ONNX files. */
@Command(
        name = "generate",
        header = "Writes candidates of a search space as ONNX files.",
        description = {
            "",
            "Writes <id>.onnx with weights drawn from the seed (weights of more than 1 GB go to <id>.onnx.data) and"
                    + " candidates.jsonl, which earlier ones stay in. Without gradients a file takes any batch; with them, batches of --batch."
        },
        footer = {
            "",
            "Outputs beside logits [N, classes]:",
            "  --outputs jacobian   grad/<initializer> [N, ...shape]: gradients of the sum",
            "                       of each sample's logits",
            "  --outputs kernel     kernel [N, N], float64",
            "",
            "Examples:",
            "  vintk generate autoformer-tiny --count 5 --out candidates/",
            "  vintk generate autoformer-tiny --count 1000 --max-params 6M --list-only \\",
            "      --out candidates/",
            "  vintk generate deit --count 3 --out deit/ --outputs jacobian --batch 8"
        })
final class GenerateCommand implements Callable<Integer> {
    /** What files give out beside the logits. */
    enum Outputs {
        NONE,
        JACOBIAN,
        KERNEL
    }

    @Parameters(arity = "0..1", paramLabel = "SPACE", description = "A search space ('vintk spaces' lists them).")
    private String name;

    @Option(
            names = "--candidates",
            paramLabel = "FILE",
            description = "Write these candidates instead: .jsonl, or a .json table of architectures.")
    private Path listed;

    @Option(
            names = "--count",
            paramLabel = "K",
            defaultValue = "1",
            description = "Candidates to draw (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Folder for the files; made if it is not there.")
    private Path out;

    @Option(
            names = "--outputs",
            paramLabel = "WHICH",
            defaultValue = "none",
            description = "none, jacobian or kernel (default: ${DEFAULT-VALUE}).")
    private Outputs outputs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "32",
            description = "Samples of a file with gradients (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description = "Height and width of the images (default: the space's).")
    private Integer size;

    @Option(names = "--list-only", description = "Write candidates.jsonl alone, and show their sizes: no models.")
    private boolean listOnly;

    @Mixin
    private SpaceOptions spaces;

    @Mixin
    private LimitFlags draw;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        common.require(
                (name == null) != (listed == null),
                "expected a search space or --candidates FILE, got " + (name == null ? "neither" : "both"));
        common.require(
                listed == null || !draw.areGiven(),
                "--min-params, --max-params and --max-macs are for candidates that are drawn");
        common.require(!listOnly || outputs == Outputs.NONE, "--list-only writes no model: leave out --outputs");
        OptionalInt pixels = size == null ? OptionalInt.empty() : OptionalInt.of(size);
        List<Candidate> candidates = listed != null
                ? Candidates.read(listed, spaces.own(), common::remark)
                : draw.draw(spaces.find(name), count, common.seed, pixels, spaces.classes());
        CommonOptions.atLeastOne("--batch", batch);
        List<Subject> subjects = spaces.subjects(candidates, pixels);
        Files.createDirectories(out);
        // Before the models: where their disk is full, those that are there have their record.
        list(candidates);
        ArrayNode files = JsonNodeFactory.instance.arrayNode();
        for (Subject subject : subjects) {
            long params = subject.parameters().orElseThrow();
            long macs = subject.macs().orElseThrow();
            ObjectNode entry = files.addObject().put("id", subject.name());
            String shown =
                    "%-32s %7s params %7s MACs".formatted(subject.name(), SiNumber.of(params), SiNumber.of(macs));
            if (!listOnly) {
                Path file = out.resolve(subject.name() + ".onnx");
                write((Subject.Drawn) subject, file);
                entry.put("file", file.toString());
                shown = file.toString();
            }
            entry.put("params", params).put("macs", macs);
            if (!common.quiet && !common.json) {
                common.println(TextLayout.plain(shown));
            }
        }
        if (common.json) {
            common.println(files);
        }
        return ExitCode.OK;
    }

    /** Adds to the list of the folder what is not there yet: earlier candidates stay. */
    private void list(List<Candidate> candidates) throws IOException {
        Path file = out.resolve("candidates.jsonl");
        RegularFile.require(file, "a list of candidates");
        Set<String> lines = new LinkedHashSet<>();
        if (Files.exists(file)) {
            Utf8.read(file).lines().forEach(lines::add);
        }
        boolean more = !lines.isEmpty();
        candidates.forEach(candidate -> lines.add(candidate.json()));
        AtomicFile.write(file, part -> Files.write(part, lines));
        if (more) {
            common.remark(file + " was there: it holds " + lines.size() + " candidates now, earlier ones too");
        }
    }

    private void write(Subject.Drawn subject, Path file) throws IOException {
        Network network = subject.network(common.seed);
        Shape sample = network.sampleShape(Shape.SCALAR);
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("vintk.version", Vintk.Version.number());
        metadata.put("vintk.space", subject.candidate().space());
        metadata.put("vintk.candidate", subject.candidate().json());
        metadata.put("vintk.seed", Long.toString(common.seed));
        if (outputs == Outputs.NONE) {
            // Any number of samples does: the graph is freed from it. Not 1, which could not be told from other axes.
            Graph graph = FreeBatch.apply(network.graph(2, sample), 2).withMetadata(metadata);
            ModelWriter.write(ModelWriter.modelOfFreeBatch(graph), file);
            return;
        }
        metadata.put("vintk.batch", Integer.toString(batch));
        metadata.put("vintk.reduction", "sum");
        KernelGraph.Output wanted =
                outputs == Outputs.JACOBIAN ? KernelGraph.Output.JACOBIAN : KernelGraph.Output.KERNEL;
        Graph graph = Differentiation.graph(network, batch, sample, KernelOptions.defaults(), List.of(wanted));
        ModelWriter.write(graph.withMetadata(metadata), file);
    }
}
