package vintk.cli;

import java.lang.reflect.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Layout;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Help texts with many options have them under headings, by the class that holds them, and not all by the alphabet. */
final class OptionGroups {
    /** Options that one reads through. */
    private static final int FEW = 20;

    private static final String SPACES = "Search spaces and candidates";
    private static final String SCORE = "Inputs and the score";
    private static final String OTHERS = "In every command";

    /** In this order. picocli's own, --help and --version, are with those of every command. */
    private static final Map<Class<?>, String> HEADINGS = new LinkedHashMap<>();

    static {
        HEADINGS.put(RankCommand.class, SPACES);
        HEADINGS.put(SpaceOptions.class, SPACES);
        HEADINGS.put(LimitFlags.class, SPACES);
        HEADINGS.put(KernelCommand.class, "Samples and results");
        HEADINGS.put(StudyFlags.class, "Results");
        HEADINGS.put(ScoreFlags.class, SCORE);
        HEADINGS.put(SizeFlags.class, SCORE);
        HEADINGS.put(KernelFlags.class, "The kernel");
        HEADINGS.put(ParameterFlags.class, "Output and parameters");
        HEADINGS.put(ModelFlags.class, "Inputs of model files");
        HEADINGS.put(DeviceFlags.class, "Devices");
        HEADINGS.put(CommonOptions.class, OTHERS);
    }

    private OptionGroups() {}

    static void apply(CommandLine line) {
        for (CommandLine command : line.getSubcommands().values()) {
            if (command.getCommandSpec().options().size() > FEW) {
                command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, OptionGroups::text);
            }
        }
    }

    private static String text(Help help) {
        List<OptionSpec> all = help.commandSpec().options();
        Map<String, List<OptionSpec>> groups = new LinkedHashMap<>();
        HEADINGS.values().forEach(heading -> groups.put(heading, new ArrayList<>()));
        all.stream().sorted(Comparator.comparing(OptionSpec::longestName)).forEach(option -> groups.get(heading(option))
                .add(option));
        StringBuilder text = new StringBuilder();
        groups.forEach((heading, options) -> {
            if (!options.isEmpty()) {
                // Of the widths that all options have.
                Layout layout = help.createDefaultLayout(all, List.of(), help.colorScheme());
                layout.addOptions(options, help.parameterLabelRenderer());
                text.append("%n%s:%n".formatted(heading)).append(layout);
            }
        });
        return text.toString();
    }

    private static String heading(OptionSpec option) {
        return HEADINGS.getOrDefault(((Member) option.userObject()).getDeclaringClass(), OTHERS);
    }
}
