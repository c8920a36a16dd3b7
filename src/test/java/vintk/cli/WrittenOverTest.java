package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the user that a slip would write over. */
class WrittenOverTest {
    @TempDir
    private Path folder;

    /** The accuracies that a correlation needs, by a slip. */
    @Test
    void aTableOfSomebodyElseIsNotWrittenOver() throws IOException {
        Path table = Files.writeString(folder.resolve("truth.csv"), "id,acc\na,70\n");
        Shell shell = Shell.vintk("rank", ProjectRoot.path().resolve("models"), "--batch", 2, "--out", table);
        assertEquals(ExitCode.USAGE, shell.code(), shell.out());
        assertTrue(shell.err().contains("truth.csv is there already and holds something else"), shell.err());
        assertEquals("id,acc\na,70\n", Files.readString(table));
    }

    @Test
    void aModelIsNotOverwrittenByItsGradients() {
        Path model = ProjectRoot.path().resolve("models/tiny-vit-3.onnx");
        Shell shell = Shell.vintk("differentiate", model, "--out", model, "--batch", 2);
        assertEquals(ExitCode.USAGE, shell.code());
        assertTrue(shell.err().contains("tiny-vit-3.onnx would be written over"), shell.err());
    }
}
