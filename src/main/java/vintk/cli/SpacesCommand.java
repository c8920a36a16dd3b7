package vintk.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import vintk.report.TextLayout;
import vintk.space.Dimension;
import vintk.space.Space;
import vintk.space.Spaces;

/** {@code vintk spaces}: what can be searched. */
@Command(
        name = "spaces",
        header = "Lists the search spaces, or shows one.",
        footer = {
            "",
            "Examples:",
            "  vintk spaces",
            "  vintk spaces autoformer-tiny",
            "  vintk spaces autoformer-tiny --yaml > my-space.yaml",
            "  vintk spaces my-space --space my-space.yaml"
        })
final class SpacesCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "SPACE", description = "The space to show.")
    private String name;

    @Option(
            names = "--yaml",
            description =
                    "Print the file of a built-in space: change its name and what you like, and give it to --space.")
    private boolean yaml;

    @Mixin
    private SpaceOptions spaces;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        if (yaml) {
            common.require(name != null, "--yaml: expected the name of a built-in space");
            common.print(Spaces.yaml(name));
            return ExitCode.OK;
        }
        List<Space> shown = new ArrayList<>();
        if (name != null) {
            shown.add(spaces.find(name));
        } else {
            Spaces.names().forEach(n -> shown.add(Spaces.builtIn(n)));
            shown.addAll(spaces.own());
        }
        PrintWriter out = common.out();
        if (common.json) {
            ArrayNode trees = JsonNodeFactory.instance.arrayNode();
            shown.forEach(space -> trees.add(tree(space)));
            out.println(trees);
        } else if (name != null) {
            show(out, shown.get(0));
        } else {
            shown.forEach(space -> out.printf("%-20s %26s combinations%n", space.name(), grouped(space)));
        }
        out.flush();
        return ExitCode.OK;
    }

    private static String grouped(Space space) {
        return (space.hasGaps() ? "at most " : "") + String.format(Locale.ROOT, "%,d", space.size());
    }

    private static void show(PrintWriter out, Space space) {
        out.println(TextLayout.plain(space.name() + ": " + space.description()));
        out.println(TextLayout.plain("source: " + space.source()));
        out.println("size: " + grouped(space) + " combinations; images of " + space.image() + " pixels, "
                + space.classes() + " classes");
        out.println();
        for (Dimension dimension : space.dimensions()) {
            String options = String.join(
                    " ", dimension.options().stream().map(Object::toString).toList());
            out.printf("  %-12s %s%s%n", dimension.name(), options, dimension.perBlock() ? "   (per block)" : "");
        }
    }

    private static ObjectNode tree(Space space) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("name", space.name());
        node.put("description", space.description());
        node.put("source", space.source());
        node.put("size", space.size());
        node.put("image", space.image());
        node.put("classes", space.classes());
        ObjectNode dimensions = node.putObject("dimensions");
        ObjectNode also = node.putObject("also");
        ObjectNode per = node.putObject("per");
        for (Dimension dimension : space.dimensions()) {
            dimension
                    .options()
                    .forEach(o -> dimensions.withArray(dimension.name()).add(o.toString()));
            dimension.also().forEach(o -> also.withArray(dimension.name()).add(o.toString()));
            dimension.per().ifPresent(by -> per.put(dimension.name(), by));
        }
        return node;
    }
}
