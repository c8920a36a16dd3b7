package vintk.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.Locale;
import java.util.regex.Pattern;

/** Who wrote a model, and how they name what they make themselves. */
public final class Exporter {
    /** What untying appends to the names of copies, which are what their original is. */
    private static final String COPY = "(/\\d+)?";

    /** Numbers of {@code torch.export} programs: {@code val_58}. */
    private static final Pattern NUMBER = Pattern.compile("val_\\d+" + COPY);

    /** Values of Constant nodes of the older exporter. */
    private static final String CONSTANT = "(.*/)?Constant(OfShape)?(_\\d+)?_output_\\d+";

    private static final Pattern STORED = Pattern.compile(CONSTANT + COPY);

    /** Nodes of PyTorch's exporters. Before version 1.13 all names were numbers, which say nothing. */
    private static final Pattern NODE = Pattern.compile("val_\\d+|onnx::\\w+_\\d+|" + CONSTANT + COPY);

    private final String name;

    public Exporter(ModelProto model) {
        name = model.getProducerName().toLowerCase(Locale.ROOT);
    }

    public boolean isPyTorch() {
        return name.contains("pytorch");
    }

    /** This program. */
    public boolean isOwn() {
        return name.equals("vintk");
    }

    /** Whether an initializer is one of PyTorch's exporter, and not of the module. */
    public boolean isNumber(String initializer) {
        return isPyTorch() && NUMBER.matcher(initializer).matches();
    }

    /** Whether an initializer was a Constant node when PyTorch's exporter wrote it: optimisers make initializers of them. */
    public boolean isConstant(String initializer) {
        return isPyTorch() && STORED.matcher(initializer).matches();
    }

    /** Whether what a Constant or ConstantOfShape node gives out has a name that PyTorch's exporter made. */
    public boolean isGenerated(String output) {
        return isPyTorch() && NODE.matcher(output).matches();
    }
}
