package vintk.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import vintk.input.ImageScale;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.runtime.ModelInputs;

/** How samples go into a model file: which input takes them, on which axis, and what its other inputs get. */
final class ModelFlags {
    @Option(
            names = "--input",
            paramLabel = "[NAME=]X",
            description = "For an input of the model by name: a .npy file, with a row a sample where the input has a"
                    + " batch, else whole. May be repeated. Without NAME, in the command kernel alone: the samples.")
    private List<String> inputs = new ArrayList<>();

    @Option(
            names = "--samples-input",
            paramLabel = "NAME",
            description =
                    "The input of the model that takes the samples (default: the one that looks most like images).")
    private String samplesInput;

    @Option(
            names = "--fill",
            paramLabel = "VALUE",
            defaultValue = "0",
            description = "All elements of inputs that are not given (default: ${DEFAULT-VALUE}).")
    private double fill;

    @Option(
            names = "--batch-axis",
            paramLabel = "AXIS",
            description = "Axis of the model's input that carries the samples, or none for a model of a single sample"
                    + " (default: found by itself, mostly 0).")
    private String batchAxis;

    /** One {@code --input}: a name, empty for the samples, and what is given. */
    private record Given(String name, String what) {
        static Given of(String text) {
            int equals = text.indexOf('=');
            boolean named = equals > 0 && !Files.exists(Path.of(text));
            return named ? new Given(text.substring(0, equals), text.substring(equals + 1)) : new Given("", text);
        }
    }

    private List<Given> given() {
        return inputs.stream().map(Given::of).toList();
    }

    /** The names of what is given, and of other files. */
    String[] with(Path... files) {
        Stream<String> others = Stream.of(files).filter(Objects::nonNull).map(Path::toString);
        return Stream.concat(given().stream().map(Given::what).map(ImageScale::source), others)
                .toArray(String[]::new);
    }

    /** For models whose samples come from elsewhere: every {@code --input} has a name. */
    ModelInputs others() throws IOException {
        for (Given each : given()) {
            if (each.name().isEmpty()) {
                throw new IllegalArgumentException("--input: expected NAME=FILE.npy, got '" + each.what()
                        + "'; the samples themselves are given by --inputs, where a command takes any");
            }
        }
        return new ModelInputs(Optional.ofNullable(samplesInput), axis(), arrays(given()), fill);
    }

    /** What {@code --input} gives as the samples: the one without a name, or the first. */
    String samples() {
        return main().what();
    }

    private Given main() {
        List<Given> unnamed = given().stream().filter(g -> g.name().isEmpty()).toList();
        if (inputs.isEmpty() || unnamed.size() > 1) {
            throw new IllegalArgumentException(
                    "--input: expected the samples once (a .npy file [N, ...], synthetic, noise"
                            + " or a folder of images), got them " + unnamed.size() + " times");
        }
        return unnamed.isEmpty() ? given().get(0) : unnamed.get(0);
    }

    /** For models whose samples are given by {@code --input} too. */
    ModelInputs forSamples() throws IOException {
        Given main = main();
        Optional<String> name = main.name().isEmpty() ? Optional.ofNullable(samplesInput) : Optional.of(main.name());
        return new ModelInputs(
                name,
                axis(),
                arrays(given().stream().filter(g -> !g.equals(main)).toList()),
                fill);
    }

    private static Map<String, NpyArray> arrays(List<Given> named) throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (Given each : named) {
            arrays.put(each.name(), Npy.read(Path.of(each.what())));
        }
        return arrays;
    }

    /** Whether anything is said of a model's inputs. */
    boolean isGiven() {
        return !inputs.isEmpty() || fill != 0 || batchAxis != null || samplesInput != null;
    }

    /** As results name it, after the samples, with what the arrays hold: nothing where nothing is given. */
    String text() throws IOException {
        StringBuilder text = new StringBuilder();
        for (Given each : given()) {
            text.append(" ").append(each.name()).append("=").append(each.what());
            text.append(" ").append(Npy.read(Path.of(each.what())).digest());
        }
        if (samplesInput != null) {
            text.append(" samples-input ").append(samplesInput);
        }
        if (fill != 0) {
            text.append(" fill ").append(fill);
        }
        return text.append(batchAxis == null ? "" : " batch-axis " + batchAxis).toString();
    }

    private OptionalInt axis() {
        if (batchAxis == null) {
            return OptionalInt.empty();
        }
        if (batchAxis.equals("none")) {
            return OptionalInt.of(ModelInputs.NO_BATCH);
        }
        if (!batchAxis.matches("\\d")) {
            throw new IllegalArgumentException(
                    "--batch-axis: expected an axis from 0 to 9, or none, got '" + batchAxis + "'");
        }
        return OptionalInt.of(Integer.parseInt(batchAxis));
    }
}
