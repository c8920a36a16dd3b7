package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vintk correlate} from the shell. */
class CorrelateTest {
    /** Five results, one of them without a score, one of a model that the truth does not know; two truths without a result. */
    @Test
    void whatIsMatchedAndWhatIsNot(@TempDir Path folder) throws IOException {
        Path results = Files.writeString(
                folder.resolve("results.csv"),
                """
                id,status,vintk,ntk,params,macs,statistic
                a,ok,3,1,10,5,log-frobenius
                b,ok,2,2,20,4,log-frobenius
                c,ok,1,3,15,6,log-frobenius
                d,timeout,,,30,7,log-frobenius
                e,ok,5,5,40,8,log-frobenius
                """);
        Path truth = Files.writeString(folder.resolve("truth.csv"), "id,top1\na,70\nb,60\nc,50\nd,80\nf,1\ng,2\n");
        Shell text = Shell.vintk("correlate", results, "--truth", truth, "--column", "top1");
        assertEquals(ExitCode.OK, text.code(), text.err());
        String counts =
                """
                top1: 3 models matched
                without a score: 1 (d)
                results without truth: 1 (e)
                truths without a result: 2 (f, g)
                """;
        assertTrue(text.out().startsWith(counts), text.out());
        assertTrue(text.out().contains("Fewer than 5 models have no intervals."), text.out());
        assertTrue(
                text.out()
                        .endsWith(
                                """
                the first 1 (a tenth)   among the best 1   truth: first best (of all: 70.0000)
                by vintk                1                  70.0000      70.0000
                by ntk                  0                  50.0000      50.0000
                by params               0                  60.0000      60.0000
                by macs                 0                  50.0000      50.0000
                """),
                text.out());
        assertFalse(text.out().contains("is not defined"), text.out());
        Shell two = Shell.vintk("correlate", results, "--truth", truth, "--column", "top1", "--top", 2);
        assertTrue(
                two.out()
                        .endsWith(
                                """
                the first 2             among the best 2   truth: first best (of all: 70.0000)
                by vintk                2                  70.0000      70.0000
                by ntk                  1                  50.0000      60.0000
                by params               1                  60.0000      60.0000
                by macs                 1                  50.0000      70.0000
                """),
                two.out());
        assertEquals(
                ExitCode.USAGE,
                Shell.vintk("correlate", results, "--truth", truth, "--column", "top1", "--top", 0)
                        .code());
        Path failed = Files.writeString(
                folder.resolve("failed.csv"),
                "id,status,vintk,ntk,params,macs,statistic\na,timeout,,,1,1,log-frobenius\n");
        Shell none = Shell.vintk("correlate", failed, "--truth", truth, "--column", "top1");
        assertTrue(
                none.err()
                        .contains(
                                "No model with a value of 'top1' has a score by log-frobenius: 1 of 1 results have none"),
                none.err());
        Path equal = Files.writeString(folder.resolve("equal.csv"), "id,top1\na,70\nb,70\nc,70\n");
        Shell same = Shell.vintk("correlate", results, "--truth", equal, "--column", "top1");
        assertTrue(same.out().contains("- is not defined: fewer than two models, or all numbers"), same.out());
        Shell json = Shell.vintk("correlate", results, "--truth", truth, "--column", "top1", "--json");
        JsonNode node = new ObjectMapper().readTree(json.out());
        assertEquals(3, node.get("matched").asInt());
        assertEquals(1, node.get("unscored").asInt());
        assertEquals("d", node.get("unscored_ids").get(0).asText());
        assertEquals("log-frobenius", node.get("statistic").asText());
        assertFalse(node.get("vintk").get("kendall").has("low"));
        assertEquals(2, node.at("/comparisons/vintk - ntk/kendall/value").asDouble());
        assertEquals(1, node.get("without_truth").asInt());
        assertEquals(2, node.get("without_result").asInt());
        assertEquals(1, node.get("vintk").get("kendall").get("value").asDouble());
        assertEquals(-1, node.get("ntk").get("kendall").get("value").asDouble());
        // Of the pairs a-b, a-c, b-c the truth falls in all, the sizes rise, rise and fall.
        assertEquals(-1.0 / 3, node.get("params").get("kendall").get("value").asDouble(), 1e-12);
    }

    @Test
    void whatTheBracketsAre(@TempDir Path folder) throws IOException {
        StringBuilder results = new StringBuilder("id,status,vintk,ntk,params,macs,statistic\n");
        StringBuilder truth = new StringBuilder("id,top1\n");
        for (int i = 0; i < 10; i++) {
            results.append("m%d,ok,%d,%d,%d,%d,log-frobenius%n".formatted(i, i * i % 7, i, i + 1, i + 2));
            truth.append("m%d,%d%n".formatted(i, 50 + i));
        }
        Shell text = Shell.vintk(
                "correlate",
                Files.writeString(folder.resolve("results.csv"), results),
                "--truth",
                Files.writeString(folder.resolve("truth.csv"), truth));
        assertEquals(ExitCode.OK, text.code(), text.err());
        assertTrue(
                text.out().contains("In brackets: 95 % percentile bootstrap intervals over models, of 2000 resamples."),
                text.out());
    }
}
