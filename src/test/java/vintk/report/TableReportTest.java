package vintk.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import vintk.rank.Ranking;
import vintk.rank.SampleResults;
import vintk.score.Status;

class TableReportTest {

    @Test
    void oneRepeat() {
        Ranking ranking = Ranking.of(List.of(
                SampleResults.scored("autoformer-tiny-0007", 3.25),
                SampleResults.scored("autoformer-tiny-0001", 4.5),
                SampleResults.scored("autoformer-tiny-0002", 3.25),
                SampleResults.failed(
                        "broken",
                        Status.INVALID_MODEL,
                        "not an ONNX file:\n found the text 'hello' where the model should begin")));
        assertEquals(
                """
                ViNTK is log-trace of the joint kernel of all views, higher is better.
                Views identity, band:0.25,0.5; N = 1 inputs per view; seed 7.
                Other than by default: size 224.

                 #  model                 ViNTK    NTK  params    MACs     s  status
                 1  autoformer-tiny-0001  4.500  4.199  5.72 M  1.26 G  3.25  ok
                2=  autoformer-tiny-0002  3.250  2.949  5.72 M  1.26 G  3.25  ok
                2=  autoformer-tiny-0007  3.250  2.949  5.72 M  1.26 G  3.25  ok
                -   broken                invalid-model
                      not an ONNX file: found the text 'hello' where the model should begin

                = marks equal scores.
                Without a score, so not ranked: 1 of 4 models.
                """,
                TableReport.text(ranking));
    }

    @Test
    void repeats() {
        Ranking ranking = Ranking.of(List.of(
                SampleResults.scored("deit-tiny", 4.9, 5.1),
                SampleResults.scored("a-network-with-quite-a-long-name-from-another-place-v2.onnx", 3, 5)));
        assertEquals(
                """
                ViNTK is log-trace of the joint kernel of all views, higher is better.
                Views identity, band:0.25,0.5; N = 1 inputs per view; seed 7; mean ± standard
                error of 2 repeats.
                Other than by default: size 224.

                #  ranks  model                       ViNTK    NTK  params    MACs     s  status
                1    1-2  deit-tiny           5.000 ± 0.100  4.699  5.72 M  1.26 G  3.25  ok
                2    1-2  a-networ…e-v2.onnx  4.000 ± 1.000  3.699  5.72 M  1.26 G  3.25  ok

                ranks: the places that a model may have where scores move by one standard error.
                """,
                TableReport.text(ranking));
    }

    @Test
    void onlyFailures() {
        assertEquals(
                """
                ViNTK is log-cond of the joint kernel of all views, lower is better.
                Views identity, band:0.25,0.5; N = 1 inputs per view; seed 7.
                Other than by default: size 224.

                #  model     ViNTK  NTK  params  MACs  s  status
                -  m         ill-conditioned
                     log-cond ≥ 6.000, as the smallest eigenvalue is under the noise floor

                Without a score, so not ranked: 1 of 1 models.
                Warning (m): first output of 2 used
                """,
                TableReport.text(Ranking.of(List.of(SampleResults.illConditioned("m")))));
    }

    @Test
    void linesFit() {
        Ranking ranking = Ranking.of(List.of(
                SampleResults.scored("x".repeat(200), 1, 2, 3),
                SampleResults.failed("y".repeat(200), Status.ERROR, "z ".repeat(200))));
        for (int width : new int[] {10, 72, 80, 120}) {
            TableReport.text(ranking, width)
                    .lines()
                    .forEach(line -> assertTrue(TextLayout.length(line) <= Math.max(width, 72), line));
        }
    }

    @Test
    void closeScoresGetMoreDigits() {
        String text = TableReport.text(
                Ranking.of(List.of(SampleResults.scored("a", 1.00001), SampleResults.scored("b", 1.00002))));
        assertTrue(text.contains("1.00002") && text.contains("1.00001"), text);
    }

    @Test
    void numbersForPeople() {
        assertEquals("0", SiNumber.of(0));
        assertEquals("999", SiNumber.of(999));
        assertEquals("1.00 K", SiNumber.of(1000));
        assertEquals("894 K", SiNumber.of(893_828));
        assertEquals("1.00 M", SiNumber.of(999_900));
        assertEquals("5.72 M", SiNumber.of(5_717_416));
        assertEquals("10.0 M", SiNumber.of(9_996_000));
        assertEquals("1.26 G", SiNumber.of(1_260_000_000));
        assertEquals("9.22 E", SiNumber.of(Long.MAX_VALUE));
    }
}
