package vintk.space;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import vintk.file.RegularFile;
import vintk.file.Utf8;

/**
 * The form of a space file.
 *
 * <pre>
 * name: my-space            # lower case, digits, hyphens: it begins the ids
 * description: one line
 * source: where it was published
 * image: 224                # pixels, default of --size
 * classes: 1000
 * aliases: [other_name]     # optional: names in published tables
 * names: [my-one, my-two]   # optional: ids of all architectures, instead of numbers
 *
 * choices:
 *   embed_dim: [192, 240]                     # one number per network
 *   depth: [12, 13]
 *   num_heads: {per: depth, of: [3, 4]}       # one number per block; also: [5] is accepted, never drawn
 *   # widths: [[64, 128], [96, 192]]          # fixed lists: one number per stage
 *
 * network:                  # each of the formulas is a number or names of choices joined by * or /
 *   patch: 16
 *   stride: 16
 *   positions: tokens       # or map
 *   blocks: depth           # per stage
 *   width: embed_dim        # per stage
 *   heads: num_heads        # per block; may use width
 *   head_width: width / heads
 *   ratio: 4                # hidden units = floor(width · ratio)
 *   relative_distance: 14   # optional: 2-D relative positions; 0 for none
 *   pooling: patch-mean     # or class-token
 *   epsilon: 1e-6
 *   initialisation: truncated-normal   # or pytorch-default
 *   channels: 3             # optional
 * </pre>
 */
final class SpaceFile {
    /** With room for a number behind it, as ids begin with it. */
    private static final String NAME = "[a-z0-9][a-z0-9-]{0,79}";

    private SpaceFile() {}

    static Space read(Path file) {
        RegularFile.other(file).ifPresent(other -> {
            throw new SpaceException(file + ": expected a space file (YAML), got " + other);
        });
        try {
            return read(file.toString(), Utf8.read(file));
        } catch (NoSuchFileException e) {
            throw new SpaceException(file + ": expected a space file (YAML), there is no such file", e);
        } catch (FileSystemException e) {
            throw new SpaceException(file + ": " + (e.getReason() == null ? "cannot be read" : e.getReason()), e);
        } catch (IOException e) {
            throw new SpaceException(file + ": cannot be read as a space file (YAML): " + e.getMessage(), e);
        }
    }

    static Space read(String file, String text) throws IOException {
        Section top = new Section(file, "", SpaceYaml.parse(file, text))
                .only("name", "description", "source", "image", "classes", "aliases", "names", "choices", "network");
        String name = top.text("name");
        if (!name.matches(NAME)) {
            throw top.problem("name", "expected up to 80 lower case letters, digits and hyphens, got '" + name + "'");
        }
        String description = top.text("description");
        String source = top.text("source");
        int image = top.whole("image");
        int classes = top.whole("classes");
        List<String> aliases = top.texts("aliases");
        List<String> names = top.texts("names");
        if (new LinkedHashSet<>(names).size() < names.size() || names.stream().anyMatch(n -> !n.matches(NAME))) {
            throw top.problem(
                    "names",
                    "expected different names of up to 80 lower case letters, digits and hyphens, got " + names);
        }
        List<Dimension> dimensions = dimensions(top.section("choices"));
        top.checked("choices", () -> {
            Space.checkGovernors(dimensions);
            return dimensions;
        });
        Blueprint blueprint = Blueprint.read(top.section("network"), dimensions);
        requireUse(top.section("choices"), dimensions, blueprint);
        Space space = top.checked(
                "choices",
                () -> new Space(name, aliases, description, source, image, classes, dimensions, names, blueprint));
        return top.checked("network", () -> {
            space.requireNetworks();
            return space;
        });
    }

    /** A choice that changes nothing would give one network many ids. */
    private static void requireUse(Section choices, List<Dimension> dimensions, Blueprint blueprint) {
        for (Dimension dimension : dimensions) {
            boolean governs = dimensions.stream()
                    .anyMatch(other ->
                            other.per().filter(dimension.name()::equals).isPresent());
            if (!governs && !blueprint.names().contains(dimension.name())) {
                throw choices.problem(dimension.name(), "no formula of the network uses it: remove it, or use it");
            }
        }
    }

    private static List<Dimension> dimensions(Section choices) {
        List<Dimension> dimensions = new ArrayList<>();
        for (String name : choices.keys()) {
            dimensions.add(dimension(choices, name));
        }
        if (dimensions.isEmpty()) {
            throw choices.problem("", "expected at least one choice, got none");
        }
        return dimensions;
    }

    private static Dimension dimension(Section choices, String name) {
        if (!choices.node(name).isObject()) {
            List<Choice> options = choices.choices(name);
            return choices.checked(name, () -> new Dimension(name, options, List.of(), Optional.empty()));
        }
        Section section = choices.section(name).only("of", "also", "per");
        List<Choice> options = section.choices("of");
        List<Choice> also = section.has("also") ? section.choices("also") : List.of();
        Optional<String> per = section.has("per") ? Optional.of(section.text("per")) : Optional.empty();
        return choices.checked(name, () -> new Dimension(name, options, also, per));
    }
}
