package vintk.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongFunction;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Shape;
import vintk.runtime.Network;
import vintk.runtime.OnnxNetwork;

/**
 * A network that reaches the kernel the way other people's do: written as a file with ONNX' own operators, and read again.
 *
 * @param published the graph for N samples, an operator a layer
 */
record Exported(String name, Shape sample, LongFunction<Graph> published) implements Network {
    @Override
    public Graph graph(long samples, Shape wanted) {
        try {
            Path file = Files.createTempFile(name, ".onnx");
            try {
                ModelWriter.write(published.apply(samples), file);
                return OnnxNetwork.read(file).graph(samples, wanted);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Shape sampleShape(Shape wanted) {
        return sample;
    }
}
