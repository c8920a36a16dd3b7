package vintk.runtime;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes a protobuf message as a string of bytes says: each change goes down to some message inside and clears, sets,
 * repeats or moves a field of it. What comes out always parses, and is wrong in one or a few places only, which bytes that
 * are changed at random hardly ever are.
 */
final class ModelMutation {
    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        2,
        3,
        7,
        9,
        11,
        64,
        -2,
        255,
        50_001,
        1 << 20,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 31,
        1L << 60,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final String[] WORDS = {
        "",
        "x",
        "y",
        "Constant",
        "Loop",
        "If",
        "Scan",
        "Reshape",
        "ConstantOfShape",
        "Identity",
        "Cast",
        "Dropout",
        "BatchNormalization",
        "Transpose",
        "Gather",
        "Slice",
        "Concat",
        "Squeeze",
        "Unsqueeze",
        "Flatten",
        "Conv",
        "Gemm",
        "MatMul",
        "LSTM",
        "body",
        "then_branch",
        "else_branch",
        "value",
        "axis",
        "axes",
        "perm",
        "to",
        "ai.onnx",
        "com.microsoft",
        "my",
        "Twice",
        "Outer",
        "location",
        "length",
        "offset",
        "../x",
        "\0",
        "starts",
        "shape"
    };

    private final ByteBuffer program;
    private final List<String> words = new ArrayList<>(List.of(WORDS));

    ModelMutation(ByteBuffer program) {
        this.program = program;
    }

    /** The message with all changes of the program made. */
    <M extends Message> M apply(M message) {
        collect(message);
        Message.Builder builder = message.toBuilder();
        for (int i = 0; i < 20 && program.remaining() > 1; i++) {
            change(builder);
        }
        @SuppressWarnings("unchecked")
        M changed = (M) builder.build();
        return changed;
    }

    private int next(int bound) {
        int high = bound > 200 && program.hasRemaining() ? Byte.toUnsignedInt(program.get()) << 8 : 0;
        int low = program.hasRemaining() ? Byte.toUnsignedInt(program.get()) : 0;
        return (high + low) % bound;
    }

    /** The model's own names: a change that uses one of them is worth more. */
    private void collect(Message message) {
        message.getAllFields().forEach((field, value) -> {
            List<?> all = field.isRepeated() ? (List<?>) value : List.of(value);
            for (Object each : all) {
                if (each instanceof String text && text.length() < 60 && words.size() < 190) {
                    words.add(text);
                } else if (each instanceof Message inner && words.size() < 190) {
                    collect(inner);
                }
            }
        });
    }

    private void change(Message.Builder at) {
        List<FieldDescriptor> messages = at.getAllFields().keySet().stream()
                .filter(f -> f.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
                .toList();
        // Nodes lie three levels down: more often further than not.
        if (!messages.isEmpty() && next(8) > 1) {
            FieldDescriptor field = messages.get(next(messages.size()));
            if (field.isRepeated()) {
                int index = next(at.getRepeatedFieldCount(field));
                Message.Builder inner = ((Message) at.getRepeatedField(field, index)).toBuilder();
                change(inner);
                at.setRepeatedField(field, index, inner.build());
            } else {
                Message.Builder inner = ((Message) at.getField(field)).toBuilder();
                change(inner);
                at.setField(field, inner.build());
            }
            return;
        }
        List<FieldDescriptor> fields = at.getDescriptorForType().getFields();
        List<FieldDescriptor> set = List.copyOf(at.getAllFields().keySet());
        boolean known = !set.isEmpty() && next(4) > 0;
        FieldDescriptor field = known ? set.get(next(set.size())) : fields.get(next(fields.size()));
        if (!field.isRepeated()) {
            if (next(4) == 0) {
                at.clearField(field);
            } else {
                at.setField(field, value(at, field, at.getField(field)));
            }
            return;
        }
        int count = at.getRepeatedFieldCount(field);
        switch (count == 0 ? 0 : next(6)) {
            case 0 -> at.addRepeatedField(field, value(at, field, null));
            case 1 -> at.clearField(field);
            case 2 -> at.addRepeatedField(field, at.getRepeatedField(field, next(count)));
            case 3 -> {
                List<Object> rest = new ArrayList<>((List<?>) at.getField(field));
                rest.remove(next(count));
                at.setField(field, rest);
            }
            case 4 -> {
                List<Object> moved = new ArrayList<>((List<?>) at.getField(field));
                moved.add(next(count), moved.remove(next(count)));
                at.setField(field, moved);
            }
            default -> {
                int index = next(count);
                at.setRepeatedField(field, index, value(at, field, at.getRepeatedField(field, index)));
            }
        }
    }

    private Object value(Message.Builder at, FieldDescriptor field, Object old) {
        long number = NUMBERS[next(NUMBERS.length)];
        return switch (field.getJavaType()) {
            case INT -> (int) number;
            case LONG -> number;
            case FLOAT -> (float) number;
            case DOUBLE -> (double) number;
            case BOOLEAN -> number != 0;
            case STRING -> words.get(next(words.size()));
            case BYTE_STRING -> ByteString.copyFrom(new byte[next(64)]);
            case ENUM -> {
                List<EnumValueDescriptor> values = field.getEnumType().getValues();
                yield values.get(next(values.size()));
            }
            case MESSAGE -> {
                Message.Builder inner =
                        old instanceof Message message ? message.toBuilder() : at.newBuilderForField(field);
                change(inner);
                yield inner.build();
            }
        };
    }
}
