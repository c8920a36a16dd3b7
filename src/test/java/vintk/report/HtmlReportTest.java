package vintk.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.rank.Ranking;
import vintk.rank.SampleResults;
import vintk.score.Statistic;
import vintk.score.Status;

class HtmlReportTest {
    private static final String HOSTILE = "</script><script>alert(1)</script><!--";
    private static final Ranking RANKING = Ranking.of(List.of(
            SampleResults.failed(HOSTILE, Status.ERROR, HOSTILE),
            SampleResults.scored("a", 0.1, 0.3),
            SampleResults.scored("b", 2.5, 2.5)));
    private static final Pattern SCRIPT = Pattern.compile("<script([^>]*)>\n(.*?)</script>", Pattern.DOTALL);

    private static String page() throws IOException {
        StringWriter page = new StringWriter();
        HtmlReport.write(RANKING, page);
        return page.toString();
    }

    /** The library, the results and the view; a name or a message ends none of them, nor begins one. */
    @Test
    void textOfModelsStaysText() throws IOException {
        String page = page();
        assertEquals(3, page.split("<script").length - 1);
        assertEquals(3, page.split("</script").length - 1);
        assertFalse(page.contains("alert(1)</"));
        assertEquals(HOSTILE, report(page).get("models").get(2).get("id").asText());
    }

    /** Nothing is loaded: the page is to work offline, and to tell nobody that it was opened. */
    @Test
    void allIsInThePage() throws IOException {
        String page = page();
        assertTrue(page.contains("Chart.js v"));
        assertFalse(Pattern.compile("\\s(src|href)=").matcher(page).find());
        assertTrue(page.contains("default-src 'none'"));
    }

    @Test
    void modelsWithTheirNumbers() throws IOException {
        JsonNode report = report(page());
        JsonNode head = report.get("head");
        assertEquals(
                "ViNTK is log-trace of the joint kernel of all views, higher is better.",
                head.get("caption").get(0).asText());
        assertTrue(head.get("notes").toString().contains("not ranked: 1 of 3 models"), head::toString);
        String settings = head.get("notes").get(head.get("notes").size() - 1).asText();
        assertTrue(settings.startsWith("Settings: views identity, band:0.25,0.5; statistic log-trace; "), settings);
        assertTrue(settings.contains("; inputs synthetic; seed 7; repeats 2; "), settings);
        JsonNode best = report.get("models").get(0);
        assertEquals("b", best.get("id").asText());
        assertEquals(1, best.get("rank").asInt());
        assertEquals(2.5, best.get("vintk").asDouble(), 1e-9);
        assertEquals(0, best.get("vintk_error").asDouble());
        // Half of the trace is in the view of the images themselves.
        assertEquals(2.5 - Math.log10(2), best.get("ntk").asDouble(), 1e-9);
        assertEquals("autoformer-tiny", best.get("space").asText());
        assertEquals("a, \"b\"", best.get("choices").get("note").asText());
        JsonNode second = report.get("models").get(1);
        assertEquals(0.2, second.get("vintk").asDouble(), 1e-9);
        assertEquals(0.1, second.get("vintk_error").asDouble(), 1e-9);
        assertEquals("0.20 ± 0.10", second.get("vintk_text").asText());
        int trace = Statistic.LOG_TRACE.ordinal();
        assertEquals("log-trace", head.get("statistics").get(trace).asText());
        assertEquals(0.2, second.get("statistics").get("vintk").get(trace).asDouble(), 1e-9);
        JsonNode failed = report.get("models").get(2);
        assertEquals("error", failed.get("status").asText());
        assertTrue(failed.get("rank").isNull() && failed.get("vintk").isNull());
        assertEquals("-", failed.get("vintk_text").asText());
    }

    @Test
    void itIsNotReadBack(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("results.html");
        ReportFormat.of(path).write(RANKING, path);
        assertTrue(Files.readString(path).startsWith("<!DOCTYPE html>"));
        assertThrows(IOException.class, () -> ResultsFile.read(path, Optional.empty()));
        assertThrows(IOException.class, () -> ResultsFile.results(path));
    }

    private static JsonNode report(String page) throws IOException {
        Matcher scripts = SCRIPT.matcher(page);
        while (scripts.find()) {
            if (scripts.group(1).contains("application/json")) {
                return new ObjectMapper().readTree(scripts.group(2));
            }
        }
        throw new AssertionError("no JSON in the page");
    }
}
