package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.OptionSpec;

/** Help texts with headings have all options, each once, in lines of 80 columns. */
class OptionGroupsTest {
    @ParameterizedTest
    @ValueSource(strings = {"rank", "score", "kernel"})
    void everyOptionOnce(String command) {
        List<String> lines = Shell.vintk(command, "--help").out().lines().toList();
        List<String> described = lines.stream()
                .takeWhile(line -> !line.equals("Examples:"))
                .filter(line -> line.matches(" {2}.{4}--.*"))
                .map(line -> line.replaceFirst("^ {2}.{4}(--\\S+, )?(--[a-z-]+).*", "$2"))
                .sorted()
                .toList();
        assertEquals(
                Vintk.commandLine().getSubcommands().get(command).getCommandSpec().options().stream()
                        .map(OptionSpec::longestName)
                        .sorted()
                        .toList(),
                described);
        lines.forEach(line -> assertTrue(line.length() <= 80, line));
    }

    @Test
    void headings() {
        String rank = Shell.vintk("rank", "--help").out();
        assertTrue(rank.matches("(?s).*\nSearch spaces and candidates:\n      --candidates=FILE .*"), rank);
        assertTrue(rank.matches("(?s).*\nIn every command:\n  -h, --help  .*"), rank);
        String score = Shell.vintk("score", "--help").out();
        assertTrue(score.contains("\nResults:\n") && !score.contains("Search spaces"), score);
        // A class of options that has no heading would end up here.
        String last = score.substring(score.indexOf("In every command:"), score.indexOf("Examples:"));
        assertEquals(
                List.of("--help", "--json", "--quiet", "--seed", "--stacktrace", "--threads", "--version"),
                Pattern.compile("(?m)^ {2}.{4}(--[a-z]+)")
                        .matcher(last)
                        .results()
                        .map(found -> found.group(1))
                        .toList());
        // Few options are a list.
        String report = Shell.vintk("report", "--help").out();
        assertTrue(!report.contains("In every command") && report.contains("--stacktrace"), report);
    }
}
