package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** What fits into no array is refused, in one line. */
class TooLargeTest {
    @TempDir
    private Path folder;

    /** One plane of them is more than an array holds. */
    @Test
    void imagesThatAreTooLarge() throws IOException {
        String text = Files.readString(ProjectRoot.path().resolve("models/tiny-pit.yaml"));
        Path coarse = Files.writeString(folder.resolve("coarse.yaml"), text.replace("stride: 4", "stride: 10000"));
        Object[] rank = {"rank", "tiny-pit", "--space", coarse, "--count", 1, "--batch", 2, "--size", 50_000};
        Shell shell = Shell.vintk(rank);
        assertEquals(ExitCode.NOTHING_SCORED, shell.code());
        assertTrue(shell.out().contains("out-of-memory"), shell.out());
        assertTrue(shell.out().replaceAll("\\s+", " ").contains("2^31 numbers at once would be needed"), shell.out());
        rank[rank.length - 1] = 1_000_000_000;
        BadInputTest.assertOneLine(
                ExitCode.USAGE, Shell.vintk(rank), "space tiny-pit: no network: ", "expected fewer than 2^53");
    }

    /** More gradients than an array holds, sample by sample. */
    @Test
    void tooManyGradients() throws IOException {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 1, 4));
        Value weights = Value.initializer("w", Tensor.floats(Shape.of(4, 300_000), new float[1_200_000]));
        Graph graph = new Graph("wide", List.of(x), Map.of("y", Ops.matMul(x, weights)));
        Path wide = Files.write(
                folder.resolve("wide.onnx"), ModelWriter.modelOfFreeBatch(graph).toByteArray());
        Path out = folder.resolve("k.npy");
        Object[] kernel = {"kernel", wide, "--input", "noise", "--engine", "per-sample", "--out", out, "--batch", 2048};
        BadInputTest.assertOneLine(ExitCode.NOTHING_SCORED, Shell.vintk(kernel), "wide", "2^31", "--batch");
        kernel[kernel.length - 1] = 1_000_000_000;
        BadInputTest.assertOneLine(ExitCode.USAGE, Shell.vintk(kernel), "2^31", "--batch");
    }
}
