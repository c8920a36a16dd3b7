package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFileTest {
    /** A model is what its file and its external data hold, wherever they lie. */
    @Test
    void digestsAreOfWhatIsHeld(@TempDir Path folder) throws IOException {
        ModelProto.Builder model = TestModel.opset(17)
                .input("x", -1, 2)
                .weight("w", 2, 2)
                .node("MatMul", "y", "x", "w")
                .output("y")
                .build()
                .toBuilder();
        TensorProto.Builder weight = model.getGraphBuilder().getInitializerBuilder(0);
        byte[] numbers = weight.getRawData().toByteArray();
        weight.clearRawData()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalDataBuilder()
                .setKey("location")
                .setValue("w.bin");
        Path file = Files.write(folder.resolve("m.onnx"), model.build().toByteArray());
        assertEquals(Optional.empty(), ModelFile.digest(file), "its data is missing");
        Path data = Files.write(folder.resolve("w.bin"), numbers);
        Optional<String> first = ModelFile.digest(file);
        assertTrue(first.orElseThrow().matches("[0-9a-f]{64}"), first::toString);
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.copy(data, other.resolve("w.bin"));
        assertEquals(first, ModelFile.digest(Files.copy(file, other.resolve("n.onnx"))));
        numbers[5] ^= 1;
        Files.write(data, numbers);
        assertNotEquals(first, ModelFile.digest(file));
        assertEquals(Optional.empty(), ModelFile.digest(folder));
    }
}
