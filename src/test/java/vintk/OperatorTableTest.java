package vintk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import vintk.autodiff.Rules;
import vintk.opset.OperatorTable;
import vintk.opset.OperatorTable.Support;
import vintk.proto.QuantisedOperators;

/**
 * The README's table of operators is that of the code. To write it anew: {@code mvn -o -pl generator,src test
 * -Dtest=OperatorTableTest -Dsurefire.failIfNoSpecifiedTests=false -Dvintk.update=true}.
 */
class OperatorTableTest {
    private static final String BEGIN = "<!-- operators -->\n";
    private static final String END = "<!-- /operators -->";

    private static OperatorTable table() {
        return OperatorTable.of(Rules.differentiable(), Rules.nonDifferentiable(), QuantisedOperators.operators());
    }

    @Test
    void theReadmeSaysWhatTheCodeDoes() throws IOException {
        Path readme = readme();
        String text = Files.readString(readme);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        assertTrue(begin >= 0 && end > begin, "README.md lacks the markers " + BEGIN.strip() + " and " + END);
        String written = text.substring(begin + BEGIN.length(), end);
        String expected = "\n" + table().markdown() + "\n";
        if (Boolean.getBoolean("vintk.update")) {
            Files.writeString(readme, text.substring(0, begin + BEGIN.length()) + expected + text.substring(end));
            return;
        }
        assertEquals(expected, written, "the table is old: run this test with -Dvintk.update=true");
    }

    @Test
    void everyKindOfSupportIsTold() {
        OperatorTable table = table();
        assertEquals(Support.RULE, table.support("", "Conv"));
        assertEquals(Support.RULE, table.support("ai.onnx", "MatMul"));
        assertEquals(Support.LOWERED, table.support("", "Gemm"));
        assertEquals(Support.LOWERED, table.support("com.microsoft", "QuickGelu"));
        assertEquals(Support.NO_GRADIENT, table.support("", "Floor"));
        assertEquals(Support.RESOLVED, table.support("", "Loop"));
        assertEquals(Support.NONE, table.support("", "Hann"));
        assertEquals(Support.NONE, table.support("com.microsoft", "Conv"));
    }

    private static Path readme() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("generator")) && Files.exists(at.resolve("README.md"))) {
                return at.resolve("README.md");
            }
        }
        throw new IllegalStateException("the tests run outside of the project");
    }
}
