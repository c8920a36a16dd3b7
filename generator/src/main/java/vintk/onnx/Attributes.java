package vintk.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/** The attributes of a node, by name, in name order (so that the same graph gives the same bytes). Immutable. */
public final class Attributes {
    public static final Attributes NONE = new Attributes(new TreeMap<>());

    private final SortedMap<String, AttributeProto> byName;

    private Attributes(SortedMap<String, AttributeProto> byName) {
        this.byName = byName;
    }

    public static Attributes of(Collection<AttributeProto> attributes) {
        SortedMap<String, AttributeProto> byName = new TreeMap<>();
        attributes.forEach(a -> byName.put(a.getName(), a));
        return new Attributes(byName);
    }

    public Collection<AttributeProto> all() {
        return byName.values();
    }

    public boolean has(String name) {
        return byName.containsKey(name);
    }

    /** @throws IllegalArgumentException where there is none of this name */
    public AttributeProto get(String name) {
        AttributeProto attribute = byName.get(name);
        if (attribute == null) {
            throw new IllegalArgumentException("attribute " + name + " is missing");
        }
        return attribute;
    }

    /** @param missing where there is none of this name, as for the methods below */
    public long integer(String name, long missing) {
        return has(name) ? get(name).getI() : missing;
    }

    public long[] integers(String name, long... missing) {
        if (!has(name)) {
            return missing;
        }
        return get(name).getIntsList().stream().mapToLong(Long::longValue).toArray();
    }

    public float real(String name, float missing) {
        return has(name) ? get(name).getF() : missing;
    }

    /** Numbers of an attribute that must be there. */
    public float[] reals(String name) {
        AttributeProto attribute = get(name);
        float[] reals = new float[attribute.getFloatsCount()];
        for (int i = 0; i < reals.length; i++) {
            reals[i] = attribute.getFloats(i);
        }
        return reals;
    }

    public String text(String name, String missing) {
        return has(name) ? get(name).getS().toStringUtf8() : missing;
    }

    public Attributes with(String name, long value) {
        return with(attribute(name, AttributeType.INT).setI(value));
    }

    public Attributes with(String name, long[] values) {
        AttributeProto.Builder attribute = attribute(name, AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return with(attribute);
    }

    public Attributes with(String name, float value) {
        return with(attribute(name, AttributeType.FLOAT).setF(value));
    }

    public Attributes with(String name, String value) {
        return with(attribute(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)));
    }

    public Attributes without(String name) {
        SortedMap<String, AttributeProto> copy = new TreeMap<>(byName);
        copy.remove(name);
        return new Attributes(copy);
    }

    private Attributes with(AttributeProto.Builder attribute) {
        SortedMap<String, AttributeProto> copy = new TreeMap<>(byName);
        copy.put(attribute.getName(), attribute.build());
        return new Attributes(copy);
    }

    private static AttributeProto.Builder attribute(String name, AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Attributes attributes && byName.equals(attributes.byName);
    }

    @Override
    public int hashCode() {
        return byName.hashCode();
    }

    @Override
    public String toString() {
        return new ArrayList<>(byName.keySet()).toString();
    }
}
