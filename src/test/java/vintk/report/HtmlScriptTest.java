package vintk.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.rank.Ranking;
import vintk.rank.SampleResults;
import vintk.score.Status;

/** What the page's script makes of its results, in a browser without a window; skipped where there is none. */
class HtmlScriptTest {
    private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome", "chrome");
    private static final String HOSTILE = "<img src=x onerror=\"window.owned = true\">";

    /** Uses the page as a person would, and leaves what was seen in it. */
    private static final String VISIT =
            """
            <script>
            const rows = () => [...document.querySelectorAll('tr.model')]
              .map(row => [...row.children].map(cell => cell.textContent));
            const names = () => rows().map(cells => cells[1]);
            const text = selector => [...document.querySelectorAll(selector)].map(element => element.textContent);
            const sort = column => document.querySelectorAll('#head button')[column].click();
            const points = () => {
              const { data, options } = Chart.getChart(document.querySelector('canvas'));
              return { models: data.datasets[0].data.map(point => point.model.id),
                x: options.scales.x.title.text, y: options.scales.y.title.text };
            };
            const seen = { first: rows(), said: text('td.more p'), points: points(), images: document.images.length };
            sort(2);
            seen.ascending = names();
            sort(2);
            seen.descending = names();
            seen.heads = text('#head button');
            document.querySelector('tr.model button').click();
            seen.details = text('td.more dt');
            seen.statistics = text('td.more table tr:first-child > th');
            document.querySelector('tr.model button').click();
            seen.closed = text('td.more dt');
            const y = document.getElementById('y');
            y.selectedIndex = [...y.options].findIndex(option => option.textContent === 'log-trace (NTK)');
            y.dispatchEvent(new Event('change'));
            const filter = document.getElementById('filter');
            filter.value = 'M';
            filter.dispatchEvent(new Event('input'));
            seen.found = names();
            seen.shown = text('#shown');
            seen.chosen = points();
            const print = [...document.styleSheets[0].cssRules].filter(rule => rule.conditionText === 'print')
              .flatMap(rule => [...rule.cssRules]).map(rule => rule.cssText);
            document.head.append(Object.assign(document.createElement('style'), { textContent: print.join('') }));
            const style = selector => getComputedStyle(document.querySelector(selector));
            seen.printed = [style('.wide').overflowX, style('.bar label').display, style('th button').display];
            seen.owned = window.owned === true;
            document.body.append('SEEN:' + encodeURIComponent(JSON.stringify(seen)) + ':SEEN');
            </script>
            """;

    private static JsonNode seen;

    @BeforeAll
    static void visit(@TempDir Path folder) throws Exception {
        StringWriter page = new StringWriter();
        HtmlReport.write(
                Ranking.of(List.of(
                        SampleResults.failed(HOSTILE, Status.ERROR, "broken " + HOSTILE),
                        SampleResults.scored("middle", 1.0, 1.2),
                        SampleResults.scored("least", 0.1, 0.3),
                        SampleResults.scored("most", 2.5, 2.5))),
                page);
        Path file = folder.resolve("page.html");
        Files.writeString(file, page.toString().replace("</body>", VISIT + "</body>"));
        Matcher left = Pattern.compile("SEEN:([^<']+):SEEN")
                .matcher(after(file, folder.resolve("profile"), folder.resolve("dom")));
        assertTrue(left.find(), "the page's script came to no end");
        seen = new ObjectMapper().readTree(URLDecoder.decode(left.group(1), StandardCharsets.UTF_8));
    }

    /** The page after its scripts have run. */
    private static String after(Path page, Path profile, Path dom) throws IOException, InterruptedException {
        for (String browser : BROWSERS) {
            List<String> command = new ArrayList<>(List.of(browser, "--headless", "--no-sandbox", "--disable-gpu"));
            command.addAll(List.of(
                    "--user-data-dir=" + profile, "--dump-dom", page.toUri().toString()));
            Process process;
            try {
                process = new ProcessBuilder(command)
                        .redirectOutput(dom.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
            } catch (IOException e) {
                continue; // Not installed.
            }
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
            }
            return Files.readString(dom);
        }
        return abort("none of " + BROWSERS + " is installed");
    }

    @Test
    void modelsInTheOrderOfTheirRanks() {
        assertEquals(
                "[\"1\",\"most\",\"2.50 ± 0.00\",\"2.20\",\"5.72 M\",\"1.26 G\",\"3.25\",\"ok\"]",
                seen.get("first").get(0).toString());
        assertEquals("2", seen.get("first").get(1).get(0).asText());
        assertEquals("1.10 ± 0.10", seen.get("first").get(1).get(2).asText());
        assertEquals(
                "[\"-\"," + new ObjectMapper().valueToTree(HOSTILE) + ",\"-\",\"-\",\"-\",\"-\",\"0.50\",\"error\"]",
                seen.get("first").get(3).toString());
    }

    /** Of a file that somebody else has named. */
    @Test
    void namesAndMessagesAreText() {
        assertEquals("broken " + HOSTILE, seen.get("said").get(0).asText());
        assertEquals(0, seen.get("images").asInt());
        assertEquals("false", seen.get("owned").asText());
    }

    /** Where a model has no score, it comes last either way. */
    @Test
    void headsSort() {
        assertEquals("least, middle, most, " + HOSTILE, joined("ascending"));
        assertEquals("most, middle, least, " + HOSTILE, joined("descending"));
        assertEquals("#, model, ViNTK ↓, NTK, params, MACs, seconds, status", joined("heads"));
    }

    @Test
    void aNameOpensItsDetails() {
        assertEquals("space, note, output, sample", joined("details"));
        assertEquals("statistic, ViNTK, NTK", joined("statistics"));
        assertEquals("", joined("closed"));
    }

    @Test
    void whatIsFoundIsShownAndDrawn() {
        assertEquals("most, middle, " + HOSTILE, joined("found"));
        assertEquals("3 of 4 shown", joined("shown"));
        assertEquals(
                "{\"models\":[\"most\",\"middle\",\"least\"],\"x\":\"params\",\"y\":\"ViNTK\"}",
                seen.get("points").toString());
        assertEquals(
                "{\"models\":[\"most\",\"middle\"],\"x\":\"params\",\"y\":\"log-trace (NTK)\"}",
                seen.get("chosen").toString());
    }

    /** As on paper, which does not scroll: all columns, no controls, and a head that each page repeats. */
    @Test
    void nothingIsCutOffInPrint() {
        assertEquals("visible, none, contents", joined("printed"));
    }

    private static String joined(String key) {
        List<String> texts = new ArrayList<>();
        seen.get(key).forEach(text -> texts.add(text.asText()));
        return String.join(", ", texts);
    }
}
